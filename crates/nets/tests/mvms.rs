//! MVMS-Net's teacher and student have the published counts and give the numbers of the authors' code.

mod support;

use nets::families::mvms::{FEATURES, PROFILE, VIEW_WEIGHTS, VIEWS, student, teacher};
use nets::graph::LOGITS;
use support::fill::outputs;
use support::{assert_near, golden, host, input};

#[test]
fn parameter_counts_are_the_published_ones() {
    assert_eq!(teacher(71).unwrap().parameters(), 2_253_261);
    assert_eq!(teacher(9).unwrap().parameters(), 2_245_263);
    assert_eq!(student(71).unwrap().parameters(), 399_047);
}

#[test]
fn multiply_adds_are_the_published_ones() {
    for (graph, millions) in [(teacher(71).unwrap(), 883.0), (student(71).unwrap(), 163.0)] {
        let found = graph.multiply_adds() as f64 / 1e6;
        assert!((found - millions).abs() < 0.5, "{}: {found}", graph.name());
    }
    let golden = golden("mvms");
    assert_eq!(golden["teacher"]["multiply_adds"], teacher(5).unwrap().multiply_adds());
    assert_eq!(golden["student"]["multiply_adds"], student(5).unwrap().multiply_adds());
}

#[test]
fn each_lead_belongs_to_one_view() {
    let mut leads: Vec<usize> = VIEWS.concat();
    leads.sort_unstable();
    assert_eq!(leads, (0..12).collect::<Vec<_>>());
}

#[test]
fn the_teacher_gives_the_authors_logits_and_view_weights() {
    let expected = &golden("mvms")["teacher"];
    let found = outputs(teacher(5).unwrap(), input(1, 1000));
    assert_near("logits", &host(found[LOGITS].clone()), &expected["logits"]);
    assert_near("view weights", &host(found[VIEW_WEIGHTS].clone()), &expected["view_weights"]);
    assert_eq!(found[FEATURES].dims(), [1, 6, 244, 128]);
    assert_eq!(found[PROFILE].dims(), [1, 6, 244, 128]);
}

#[test]
fn the_student_gives_the_authors_logits_features_and_profile() {
    let expected = &golden("mvms")["student"];
    let found = outputs(student(5).unwrap(), input(1, 1000));
    assert_near("logits", &host(found[LOGITS].clone()), &expected["logits"]);
    let features = found[FEATURES].clone().narrow(2, 100, 1).narrow(3, 0, 6);
    assert_near("features", &host(features), &expected["features_position_100"]);
    let profile = found[PROFILE].clone().narrow(2, 0, 6).narrow(3, 0, 1);
    assert_near("profile", &host(profile), &expected["profile_channel_0"]);
}

#[test]
fn networks_without_labels_are_refused() {
    assert!(teacher(0).is_err() && student(0).is_err());
}
