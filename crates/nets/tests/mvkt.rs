//! MVKT-ECG's networks have the published counts and give the numbers of the authors' code.

mod support;

use nets::families::mvkt::{Depth, EMBEDDING, Form, PROJECTION, STAGES, mvkt};
use nets::graph::{Graph, LOGITS};
use support::fill::outputs;
use support::{assert_near, golden, host, input};

fn network(depth: Depth, leads: usize, classes: usize) -> Graph {
    mvkt(Form { depth, leads, projects: false }, classes).unwrap()
}

const NETWORKS: [(&str, Depth, usize); 3] =
    [("xresnet18", Depth::Eighteen, 12), ("xresnet34", Depth::ThirtyFour, 1), ("xresnet101", Depth::HundredAndOne, 1)];

#[test]
fn parameter_counts_are_the_published_ones() {
    for ((name, depth, leads), millions) in NETWORKS.into_iter().zip([3.87, 7.25, 28.3]) {
        let found = network(depth, leads, 9).parameters() as f64 / 1e6;
        assert!((found - millions).abs() < if millions > 10.0 { 0.05 } else { 0.005 }, "{name}: {found}");
        let exact = golden("mvkt")[name]["parameters"].as_u64().unwrap();
        assert_eq!(network(depth, leads, 5).parameters() as u64, exact, "{name}");
    }
}

#[test]
fn multiply_adds_are_the_published_ones() {
    assert!((network(Depth::HundredAndOne, 1, 9).multiply_adds() as f64 / 1e9 - 1.57).abs() < 0.005);
    for (name, depth, leads) in NETWORKS {
        let exact = golden("mvkt")[name]["multiply_adds"].as_u64().unwrap();
        assert_eq!(network(depth, leads, 5).multiply_adds(), exact, "{name}");
    }
}

#[test]
fn logits_embeddings_and_stages_are_those_of_the_authors_code() {
    let golden = golden("mvkt");
    for (name, depth, leads) in NETWORKS {
        let x = input(1, 1000)[..leads * 1000].to_vec();
        let found = outputs(network(depth, leads, 5), x);
        let expected = &golden[name];
        assert_near(name, &host(found[LOGITS].clone()), &expected["logits"]);
        let embedding = host(found[EMBEDDING].clone());
        let ends = [&embedding[..3], &embedding[embedding.len() - 3..]].concat();
        assert_near(name, &ends, &expected["embedding"]);
        let stage = found[STAGES[1]].clone().narrow(2, 20, 1).narrow(3, 0, 6);
        assert_near(name, &host(stage), &expected["stage_1_position_20"]);
    }
}

#[test]
fn a_projection_is_a_vector_of_length_one_and_changes_no_logit() {
    let plain = network(Depth::Eighteen, 1, 5);
    let projecting = mvkt(Form { depth: Depth::Eighteen, leads: 1, projects: true }, 5).unwrap();
    assert_eq!(projecting.parameters(), plain.parameters() + 1024 * 128 + 128);
    let x = || input(1, 1000)[..1000].to_vec();
    let (plain, projecting) = (outputs(plain, x()), outputs(projecting, x()));
    assert_eq!(host(plain[LOGITS].clone()), host(projecting[LOGITS].clone()));
    assert!(!plain.contains_key(PROJECTION));
    let projection = host(projecting[PROJECTION].clone());
    assert_eq!(projection.len(), 128);
    let length: f32 = projection.iter().map(|value| value * value).sum();
    assert!((length - 1.0).abs() < 1e-5, "{length}");
}

#[test]
fn a_network_without_labels_or_leads_is_refused() {
    assert!(mvkt(Form { depth: Depth::Eighteen, leads: 12, projects: false }, 0).is_err());
    assert!(mvkt(Form { depth: Depth::Eighteen, leads: 0, projects: false }, 5).is_err());
}
