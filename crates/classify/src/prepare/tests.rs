use ecg::{Unit, UnitError};

use super::*;

fn input() -> Input {
    Input { rate: 100.0, samples: 250, leads: Lead::TWELVE.to_vec(), mean: 0.0, std: 1.0, ..Input::default() }
}

fn window() -> Window {
    Window { stride: 125, ..Window::default() }
}

/// Independent leads are ramps of their own slope; the others follow by the equations of the limb leads.
fn value(lead: &Lead, second: f64) -> f64 {
    let (one, two) = (0.1 * second, 0.3 - 0.05 * second);
    match lead {
        Lead::I => one,
        Lead::II => two,
        Lead::III => two - one,
        Lead::AVR => -(one + two) / 2.0,
        Lead::AVL => one - two / 2.0,
        Lead::AVF => two - one / 2.0,
        other => Lead::TWELVE.iter().position(|lead| lead == other).unwrap() as f64 * 0.01,
    }
}

fn recording(leads: &[Lead], rate: f64, seconds: f64) -> Recording {
    let signal = |lead: &Lead| {
        let samples = (0..(seconds * rate) as usize).map(|n| value(lead, n as f64 / rate)).collect();
        Signal::physical(lead.clone(), rate, samples, Unit::Millivolt)
    };
    Recording { signals: leads.iter().map(signal).collect(), ..Recording::default() }
}

#[test]
fn leads_come_in_the_order_of_the_card_and_not_of_the_file() {
    let mut reversed = Lead::TWELVE.to_vec();
    reversed.reverse();
    let prepared = prepare(&recording(&reversed, 100.0, 10.0), &input(), &window()).unwrap();
    assert_eq!(prepared.starts.len(), 7);
    assert_eq!(prepared.values.len(), 7 * 12 * 250);
    assert!(prepared.warnings.is_empty(), "{:?}", prepared.warnings);
    for (number, lead) in Lead::TWELVE.iter().enumerate() {
        let found = prepared.values[(2 * 12 + number) * 250 + 3];
        assert!((f64::from(found) - value(lead, 2.53)).abs() < 1e-6, "{lead}");
    }
}

#[test]
fn samples_are_standardised_by_the_cards_mean_and_deviation() {
    let standard = Input { mean: 0.05, std: 0.2, ..input() };
    let prepared = prepare(&recording(&Lead::TWELVE, 100.0, 10.0), &standard, &window()).unwrap();
    assert!((prepared.values[0] + 0.25).abs() < 1e-6);
}

#[test]
fn any_two_of_einthovens_leads_give_all_six_limb_leads() {
    for pair in [[Lead::I, Lead::II], [Lead::I, Lead::III], [Lead::II, Lead::III]] {
        let leads: Vec<Lead> = pair.iter().cloned().chain(Lead::TWELVE[6..].iter().cloned()).collect();
        let prepared = prepare(&recording(&leads, 100.0, 10.0), &input(), &window()).unwrap();
        for (number, lead) in Lead::TWELVE[..6].iter().enumerate() {
            let found = f64::from(prepared.values[number * 250 + 40]);
            assert!((found - value(lead, 0.4)).abs() < 1e-6, "{lead} from {pair:?}: {found}");
        }
        assert_eq!(prepared.warnings.len(), 4);
        assert!(prepared.warnings[0].message.contains("computed from"));
    }
}

#[test]
fn a_missing_chest_lead_is_named() {
    let leads: Vec<Lead> = Lead::TWELVE.iter().filter(|lead| **lead != Lead::V3).cloned().collect();
    let message = prepare(&recording(&leads, 100.0, 10.0), &input(), &window()).unwrap_err().to_string();
    assert!(message.starts_with("missing lead V3: "), "{message}");
    let nothing = prepare(&Recording::default(), &input(), &window()).unwrap_err().to_string();
    assert!(nothing.contains("found no lead"), "{nothing}");
}

#[test]
fn a_lead_without_a_unit_is_an_error_and_not_a_guess() {
    let mut odd = recording(&Lead::TWELVE, 100.0, 10.0);
    if let ecg::Samples::Physical { unit, .. } = &mut odd.signals[7].samples {
        *unit = Unit::Unknown;
    }
    assert!(matches!(prepare(&odd, &input(), &window()), Err(Error::Unit(UnitError::Unknown { .. }))));
}

#[test]
fn missing_samples_are_bridged_by_straight_lines_with_a_warning() {
    let mut gap = recording(&Lead::TWELVE, 100.0, 10.0);
    gap.signals[0].missing = vec![(0, 5), (100, 150)];
    let prepared = prepare(&gap, &input(), &window()).unwrap();
    assert!((prepared.values[0] - 0.005).abs() < 1e-6);
    assert!((f64::from(prepared.values[120]) - value(&Lead::I, 1.2)).abs() < 1e-6);
    assert_eq!(prepared.warnings.len(), 1);
    assert!(prepared.warnings[0].to_string().starts_with("lead I: 55 samples (5.5 %)"), "{}", prepared.warnings[0]);
}

#[test]
fn a_lead_without_any_sample_is_an_error() {
    let mut off = recording(&Lead::TWELVE, 100.0, 10.0);
    off.signals[11].missing = vec![(0, 1000)];
    let message = prepare(&off, &input(), &window()).unwrap_err().to_string();
    assert!(message.starts_with("lead V6: every sample is missing"), "{message}");
}

#[test]
fn a_short_recording_is_refused_or_padded_as_the_card_says() {
    let short = recording(&Lead::TWELVE, 100.0, 2.0);
    let message = prepare(&short, &input(), &window()).unwrap_err().to_string();
    assert!(message.contains("holds 2.00 s") && message.contains("at least 2.50 s"), "{message}");
    let padding = Input { shorter: Shorter::Pad, ..input() };
    let prepared = prepare(&short, &padding, &window()).unwrap();
    assert_eq!(prepared.starts, [0]);
    assert!((f64::from(prepared.values[199]) - value(&Lead::I, 1.99)).abs() < 1e-6);
    assert_eq!(prepared.values[200..250], [0.0; 50]);
    assert_eq!(prepared.warnings[0].severity, Severity::Data);
}

#[test]
fn a_recording_that_ends_a_few_samples_early_is_held() {
    let whole = Input { samples: 1000, ..input() };
    let prepared = prepare(&recording(&Lead::TWELVE, 100.0, 9.95), &whole, &Window::default()).unwrap();
    assert_eq!(prepared.values[994], prepared.values[999]);
}

#[test]
fn a_long_recording_is_cut_to_the_span_with_a_warning() {
    let prepared = prepare(&recording(&Lead::TWELVE, 100.0, 60.0), &input(), &window()).unwrap();
    assert_eq!(prepared.length, 1000);
    assert!(prepared.warnings[0].message.contains("the first 10 s"));
}

#[test]
fn other_rates_are_resampled_to_the_cards() {
    let prepared = prepare(&recording(&Lead::TWELVE, 500.0, 10.0), &input(), &window()).unwrap();
    assert_eq!(prepared.length, 1000);
    assert!(prepared.warnings[0].message.contains("500 Hz"));
    let found = f64::from(prepared.values[3 * 12 * 250 + 100]);
    assert!((found - value(&Lead::I, 4.75)).abs() < 2e-3, "{found}");
}

#[test]
fn a_lead_of_one_value_a_day_is_refused_before_it_is_resampled() {
    let slow = recording(&Lead::TWELVE, 1.0 / 86_400.0, 10.0 * 86_400.0);
    let error = prepare(&slow, &input(), &window()).map(|_| ()).unwrap_err();
    assert!(error.to_string().contains("expected 1 Hz at least"), "{error}");
    assert!(prepare(&recording(&Lead::TWELVE, 1.0, 10.0), &input(), &window()).is_ok());
}

#[test]
fn leads_that_begin_at_different_times_are_aligned() {
    let mut late = recording(&Lead::TWELVE, 100.0, 10.0);
    late.signals[6].start = 1.0;
    let prepared = prepare(&late, &input(), &window()).unwrap();
    assert_eq!(prepared.start, 1.0);
    assert_eq!(prepared.length, 875);
    assert!((f64::from(prepared.values[0]) - value(&Lead::I, 1.0)).abs() < 1e-6);
}
