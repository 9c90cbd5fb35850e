//! Which model, what it was trained on, how good it is.

use leptos::prelude::*;
use serde_json::Value;

use crate::browser::value_of;
use crate::models::Card;
use crate::settings;
use crate::state::State;

/// The picker with the card.
#[component]
pub fn ModelPanel() -> impl IntoView {
    let state = State::here();
    let card = move || {
        let name = state.model.get()?;
        state.cards.with(|cards| cards.get(&name).cloned())
    };
    view! {
        <section class="panel" aria-labelledby="model-title">
            <h2 id="model-title">"Model"</h2>
            <label class="field">
                <span class="off">"Model"</span>
                <select
                    data-testid="model-select"
                    title=move || state.entry().map(|entry| entry.title)
                    prop:disabled=move || state.models.with(Vec::is_empty)
                    on:change=move |event| {
                        let name = value_of(&event);
                        settings::set("model", &name);
                        state.model.set(Some(name));
                    }
                >
                    <For each=move || state.models.get() key=|entry| entry.name.clone() children=move |entry| {
                        let name = entry.name.clone();
                        view! {
                            <option value=entry.name.clone() selected=move || state.model.get().as_deref() == Some(&name)>{entry.title.clone()}</option>
                        }
                    }/>
                </select>
            </label>
            {move || card().map(|card| view! { <CardView card=(*card).clone()/> })}
        </section>
    }
}

/// The card in words and tables.
#[component]
fn CardView(card: Card) -> impl IntoView {
    let line =
        |name: &'static str, value: String| (!value.is_empty()).then(|| view! { <dt>{name}</dt><dd>{value}</dd> });
    let millions = |value: f64| {
        if value <= 0.0 {
            String::new()
        } else if value < 1e6 {
            format!("{:.0} thousand", value / 1e3)
        } else {
            format!("{:.2} million", value / 1e6)
        }
    };
    let seed = match &card.seed {
        Value::Null => String::new(),
        seed => seed.to_string(),
    };
    view! {
        <details class="card" data-testid="model-card">
            <summary>{summary(&card)}</summary>
            <h3>"How good it is"</h3>
            {tree(&card.metrics)}
            <h3>"Trained on"</h3>
            {tree(&card.data)}
            <h3>"What it is"</h3>
            <dl>
                {line("Network", card.architecture.clone())}
                {line("Parameters", millions(card.parameters))}
                {line("Multiply-adds", millions(card.multiply_adds))}
                {line("Labels", if card.labels.is_empty() { String::new() } else { card.labels.len().to_string() })}
                {line("Task", card.task.clone())}
                {line("Recipe", card.recipe.clone())}
                {line("Seed", seed)}
                {line("Licence", card.licence.clone())}
                {line("Commit", card.commit.chars().take(12).collect())}
            </dl>
            {(!card.command.is_empty()).then(|| view! {
                <h3>"Made by"</h3>
                <pre class="command">{card.command.clone()}</pre>
            })}
        </details>
    }
}

/// One line of the card: the first metric that is a macro AUC, if there is one.
fn summary(card: &Card) -> String {
    match find_auc(&card.metrics) {
        Some(auc) => format!("About this model: macro AUC {auc}"),
        None => "About this model".to_owned(),
    }
}

fn find_auc(value: &Value) -> Option<String> {
    let Value::Object(map) = value else { return None };
    for key in ["macro_auc", "auc_macro", "auc"] {
        if let Some(found) = map.get(key) {
            return Some(short(found));
        }
    }
    map.values().rev().find_map(find_auc)
}

/// A number, or a value with its interval, on one line.
fn short(value: &Value) -> String {
    match value {
        Value::Number(number) => number.as_f64().map_or_else(String::new, |number| {
            if number.fract() == 0.0 { format!("{number}") } else { format!("{number:.3}") }
        }),
        Value::String(text) => text.clone(),
        Value::Bool(flag) => flag.to_string(),
        Value::Null => "–".to_owned(),
        // Two numbers are an interval; a list of anything else is a list, and one of objects is for `tree`.
        Value::Array(list) if list.iter().any(|one| short(one).is_empty()) => String::new(),
        Value::Array(list) => {
            let numbers = list.len() == 2 && list.iter().all(Value::is_number);
            list.iter().map(short).collect::<Vec<_>>().join(if numbers { " to " } else { ", " })
        }
        Value::Object(map) => {
            let part = |keys: &[&str]| keys.iter().find_map(|key| map.get(*key)).map(short);
            match (
                part(&["value", "mean", "estimate"]),
                part(&["interval", "ci", "ci95"]),
                part(&["low", "lower"]),
                part(&["high", "upper"]),
            ) {
                (Some(value), Some(interval), ..) => format!("{value} ({interval})"),
                (Some(value), None, Some(low), Some(high)) => format!("{value} ({low} to {high})"),
                _ => String::new(),
            }
        }
    }
}

/// Whatever the card says, as nested lists; a card may grow without the page.
fn tree(value: &Value) -> AnyView {
    match value {
        Value::Object(map) if short(value).is_empty() => {
            let rows: Vec<AnyView> = map
                .iter()
                .map(|(key, value)| {
                    let name = key.replace('_', " ");
                    match value {
                        Value::Object(inner) if short(value).is_empty() && inner.len() > 6 => view! {
                            <dt class="whole"><details><summary>{name}</summary>{tree(value)}</details></dt>
                        }
                        .into_any(),
                        _ => view! { <dt>{name}</dt><dd>{tree(value)}</dd> }.into_any(),
                    }
                })
                .collect();
            view! { <dl>{rows}</dl> }.into_any()
        }
        Value::Array(list) if short(value).is_empty() => list.iter().map(tree).collect_view().into_any(),
        Value::Null => view! { <span class="muted">"not stated"</span> }.into_any(),
        other => short(other).into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_metric_is_shown_with_its_interval_whichever_way_the_card_writes_it() {
        let one = serde_json::json!({ "value": 0.9123, "low": 0.9, "high": 0.92 });
        let other = serde_json::json!({ "value": 0.9123, "interval": [0.9, 0.92] });
        assert_eq!(short(&one), "0.912 (0.900 to 0.920)");
        assert_eq!(short(&one), short(&other));
    }

    #[test]
    fn a_list_of_objects_is_no_line_of_nothing() {
        assert_eq!(short(&serde_json::json!([{ "name": "a" }, { "name": "b" }])), "");
        assert_eq!(short(&serde_json::json!(["I", "II", "V1"])), "I, II, V1");
        assert_eq!(short(&serde_json::json!([1, 8])), "1 to 8");
    }

    #[test]
    fn the_last_fold_of_a_card_gives_the_line_of_its_summary() {
        let card = Card { metrics: serde_json::json!({ "fold_9": { "macro_auc": 0.9 } }), ..Card::default() };
        assert_eq!(summary(&card), "About this model: macro AUC 0.900");
    }
}
