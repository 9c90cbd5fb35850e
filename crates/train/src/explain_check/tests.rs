//! The check tells maps that know from maps that do not.

use classify::{Aggregate, Calibration, Input, Label, Precision, Window};
use ecg::ExplanationKind::{ClassActivation, GradCam, GradientTimesInput};
use ecg::{ExplanationKind, Lead};
use nets::Architecture;

use super::ludb::Wave;
use super::pointing::pointed;
use super::*;
use crate::seeds::{Generator, Purpose};

/// A card of a network of 12 x 250 samples; what it computes does not matter where the answers are given.
fn card(labels: usize) -> (Card, Vec<u8>) {
    let architecture = Architecture::RESNET1D_WANG;
    let tensors = architecture.graph(labels).unwrap().drawn(3);
    let bytes = weights::encode(&tensors, Precision::Single).unwrap();
    let label = |number: usize| Label { code: format!("L{number}"), threshold: 0.5, ..Label::default() };
    let text = serde_json::json!({
        "name": "m", "title": "", "architecture": architecture,
        "labels": (0..labels).map(label).collect::<Vec<_>>(),
        "input": Input { samples: 250, leads: Lead::TWELVE.to_vec(), ..Input::default() },
        "window": Window { stride: 125, span: 10.0, aggregate: Aggregate::Mean },
        "calibration": Calibration::default(),
        "weights": weights::describe("w", &bytes, Precision::Single),
    });
    (Card::parse(text.to_string().as_bytes()).unwrap(), bytes)
}

fn whole() -> Whole {
    let mut random = Generator::new(7, Purpose::Simulation, 0);
    Whole::new((0..12 * 1000).map(|_| random.below(1000) as f32 / 500.0).collect(), 12)
}

/// A probability that is the share of what lead V1 holds from 3 s to 4 s.
fn answer_of_span(whole: &Whole) -> f64 {
    let line = &whole.values[6 * whole.length..][300..400];
    let noise = line.windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum::<f32>() / 100.0;
    f64::from(noise.min(1.0))
}

fn map_of(inside: impl Fn(usize, usize) -> f32) -> Map {
    let values = (0..12).flat_map(|row| (0..1000).map(move |sample| (row, sample))).map(|(row, at)| inside(row, at));
    Map { values: values.collect(), rows: 12, length: 1000 }
}

#[test]
fn a_perfect_map_beats_random_ones_and_a_reversed_one_does_not() {
    let (card, _) = card(1);
    let whole = whole();
    let answer = |whole: &Whole| Ok(answer_of_span(whole));
    let curves = Curves::new(&card, &whole, 20, &answer).unwrap();
    let perfect = map_of(|row, sample| if row == 6 && (300..400).contains(&sample) { 1.0 } else { 0.0 });
    let mut random = generator(1, 0, 0);
    let own = curves.areas(&perfect, &mut random).unwrap();
    let wrong = map_of(|row, sample| if row == 6 && (300..400).contains(&sample) { 0.0 } else { 1.0 });
    let wrong = curves.areas(&wrong, &mut random).unwrap();
    for _ in 0..10 {
        let other = random_map(&perfect, 100.0, 100.0, &mut random);
        let other = curves.areas(&other, &mut random).unwrap();
        assert!(own.deletion < other.deletion - 0.1 && own.insertion > other.insertion + 0.1, "{own:?}, {other:?}");
    }
    assert!(wrong.deletion > own.deletion + 0.5 && wrong.insertion < own.insertion - 0.5, "{own:?}, {wrong:?}");
}

#[test]
fn a_random_map_has_the_same_scores_in_the_same_leads_and_keeps_neighbours() {
    let map = map_of(|row, sample| (row * 1000 + sample) as f32);
    let other = random_map(&map, 100.0, 100.0, &mut generator(1, 0, 0));
    assert_ne!(other, map);
    for (row, (own, other)) in map.lines().zip(other.lines()).enumerate() {
        let mut sorted = other.to_vec();
        sorted.sort_by(f32::total_cmp);
        assert_eq!(sorted, own, "row {row}");
        let jumps = other.windows(2).filter(|pair| pair[1] - pair[0] != 1.0).count();
        assert!((1..=25).contains(&jumps), "row {row}: {jumps} of 25 pieces begin elsewhere");
    }
    let timeless = map_of(|row, _| row as f32);
    let other = random_map(&timeless, 100.0, 0.1, &mut generator(1, 0, 0));
    assert!(other.is_timeless() && other != timeless);
}

#[test]
fn drawn_weights_change_layers_from_the_logits_on_and_at_last_all() {
    let (card, bytes) = card(3);
    let (graph, tensors) = (card.graph().unwrap(), weights::decode(&bytes).unwrap());
    let changed: Vec<Vec<bool>> = (1..=STEPS)
        .map(|step| {
            let (_, bytes) = drawn(&card, &graph, &tensors, step, 99).unwrap();
            let after = weights::decode(&bytes).unwrap();
            let random = |weight: &&nets::graph::Weight| {
                weight.name.ends_with("conv1.weight") || weight.name.contains("stem.0.weight")
            };
            graph.weights().iter().filter(random).map(|weight| after[&weight.name] != tensors[&weight.name]).collect()
        })
        .collect();
    assert!(changed[2].iter().all(|changed| *changed), "{changed:?}");
    let count = |step: usize| changed[step].iter().filter(|changed| **changed).count();
    assert!(count(0) < count(1) && count(1) < count(2), "{changed:?}");
    assert!(!changed[0][0], "the first layer stays until the last step");
}

#[test]
fn a_map_on_the_qrs_complexes_of_its_lead_hits_them_and_chance_is_their_share_of_the_time() {
    let wave = |lead: &Lead, wave, onset, end| Delineated { lead: lead.clone(), wave, onset, end };
    let waves: Vec<Delineated> = Lead::TWELVE
        .iter()
        .flat_map(|lead| {
            (0..4).flat_map(move |beat| {
                let at = 1.0 + f64::from(beat);
                [wave(lead, Wave::P, at, at + 0.095), wave(lead, Wave::Qrs, at + 0.2, at + 0.295)]
            })
        })
        .collect();
    let values = (0..12).flat_map(|_| {
        (0..1000).map(|at| {
            if at == 325 {
                1.0
            } else if at == 20 {
                2.0
            } else {
                0.0
            }
        })
    });
    let mut explanation = Explanation {
        kind: GradientTimesInput,
        label: None,
        title: String::new(),
        meaning: String::new(),
        checked: None,
        leads: Lead::TWELVE.to_vec(),
        rate: 100.0,
        start: 0.0,
        values: values.collect(),
        range: (0.0, 1.0),
        uniform: None,
        lead_scores: Vec::new(),
        parts: Vec::new(),
    };
    let [p, qrs, t] = point(&explanation, 100.0, 1000, &waves);
    assert_eq!((qrs.hits, qrs.of), (1, 1), "the higher score at 0.2 s lies before the first delineated wave");
    assert_eq!((p.hits, t.hits), (0, 0));
    // From 1 s to 4.29 s 330 samples, 40 of them in QRS complexes.
    assert!((qrs.chance - 40.0 / 330.0).abs() < 1e-9, "{}", qrs.chance);
    explanation.values[0] = 0.5;
    let [p, qrs, _] = point(&explanation, 100.0, 1000, &waves);
    assert_eq!((qrs.hits, qrs.of, p.hits), (12, 12, 0), "a line a lead");
    let entry = &pointed(&[[p, qrs, Tally::default()]])[1];
    assert_eq!((entry.wave.as_str(), entry.hits, entry.of, entry.rate), ("QRS", 12, 12, 1.0));
}

#[test]
fn a_drawn_network_is_checked_from_end_to_end_and_stops_when_asked() {
    let (card, bytes) = card(2);
    let subject = Subject::new(&card, &bytes, 5).unwrap();
    let settings = Settings { random_maps: 2, steps: 4, seed: 5 };
    let recordings = [whole(), whole()];
    let run = |stop: bool| check(&subject, (&recordings, "noise"), &[], &settings, &AtomicBool::new(stop), &|_| ());
    let checked = run(false).unwrap();
    let kinds: Vec<ExplanationKind> = checked.iter().map(|map| map.kind).collect();
    assert_eq!(kinds, [ClassActivation, GradientTimesInput, GradCam]);
    for map in &checked {
        assert_eq!(map.randomisation.len(), 3);
        assert_eq!(map.passes, map.note.is_empty());
        assert!(map.deletion.low <= map.deletion.better && map.deletion.better <= map.deletion.high);
        assert_eq!(map.data, "2 recordings (noise), 2 random maps each, 4 steps");
    }
    assert_eq!(run(false).unwrap(), checked, "the same seed gives the same figures");
    assert!(matches!(run(true), Err(CheckError::Stopped)));
    assert!(as_text(&checked).contains("ClassActivation"));
}
