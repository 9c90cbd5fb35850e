//! Which model, what it was trained on, how good it is.

use leptos::prelude::*;
use serde_json::Value;

use crate::browser::value_of;
use crate::models::Card;
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
                        state.choose(&value_of(&event));
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
            {performance(&card.metrics)}
            <h3>"Trained on"</h3>
            {tree(&card.data, 0)}
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
                // A value with more about it; the value is what fits a line.
                (Some(value), ..) => value,
                _ => String::new(),
            }
        }
    }
}

/// Metrics of each fold: the few that sum it up, and a table by label; what else the card says as it stands there.
fn performance(metrics: &Value) -> AnyView {
    let Value::Object(folds) = metrics else { return tree(metrics, 0) };
    let parts = folds.iter().map(|(name, fold)| match fold.get("classes").and_then(Value::as_array) {
        Some(classes) => {
            let known = [
                ("records", "Recordings"),
                ("macro_auc", "Macro AUC (95%)"),
                ("micro_auc", "Micro AUC"),
                ("fmax", "Fmax"),
                ("macro_f1", "Macro F1"),
                ("brier", "Brier score"),
            ];
            let rows = known.into_iter().filter_map(|(key, title)| {
                let value = short(fold.get(key)?);
                Some(view! { <dt>{title}</dt><dd>{value}</dd> })
            });
            view! {
                <h4>{name.replace('_', " ")}</h4>
                <dl>{rows.collect_view()}</dl>
                {by_label(classes)}
            }
            .into_any()
        }
        None if fold.is_string() => view! { <p class="muted">{short(fold)}</p> }.into_any(),
        None => view! { <dl>{row(&name.replace('_', " "), fold, 0)}</dl> }.into_any(),
    });
    parts.collect_view().into_any()
}

/// One line a label.
fn by_label(classes: &[Value]) -> impl IntoView + use<> {
    let cell = |class: &Value, key: &str| match class.get(key) {
        Some(Value::Object(map)) => map.get("value").map_or_else(|| "–".to_owned(), short),
        Some(value) => short(value),
        None => "–".to_owned(),
    };
    let keys = ["code", "positives", "auc", "sensitivity", "specificity"];
    let lines: Vec<[String; 5]> = classes.iter().map(|class| keys.map(|key| cell(class, key))).collect();
    view! {
        <details>
            <summary>"By label, at its threshold"</summary>
            <div class="table-scroll">
                <table>
                    <thead><tr>
                        <th scope="col">"Label"</th><th scope="col" title="Recordings with the label">"n"</th><th scope="col">"AUC"</th>
                        <th scope="col" title="Sensitivity">"Sens."</th><th scope="col" title="Specificity">"Spec."</th>
                    </tr></thead>
                    <tbody>
                        {lines.into_iter().map(|[code, rest @ ..]| view! {
                            <tr><th scope="row">{code}</th>{rest.into_iter().map(|cell| view! { <td>{cell}</td> }).collect_view()}</tr>
                        }).collect_view()}
                    </tbody>
                </table>
            </div>
        </details>
    }
}

/// Lists longer than this are folded, but for those at the top.
const UNFOLDED: usize = 6;

/// Whatever the card says, as nested lists; a card may grow without the page.
fn tree(value: &Value, depth: usize) -> AnyView {
    match value {
        Value::Object(map) if short(value).is_empty() => {
            let rows = map.iter().map(|(key, value)| row(&key.replace('_', " "), value, depth)).collect_view();
            view! { <dl>{rows}</dl> }.into_any()
        }
        Value::Array(list) if short(value).is_empty() => {
            list.iter().map(|one| tree(one, depth)).collect_view().into_any()
        }
        Value::Null => view! { <span class="muted">"not stated"</span> }.into_any(),
        other => short(other).into_any(),
    }
}

/// One entry of a list: its value beside its name, or below it where that is a list of its own.
fn row(name: &str, value: &Value, depth: usize) -> AnyView {
    let name = name.to_owned();
    let length = match value {
        _ if !short(value).is_empty() => 0,
        Value::Object(map) => map.len(),
        Value::Array(list) => list.len(),
        _ => 0,
    };
    let inner = tree(value, depth + 1);
    if length == 0 {
        view! { <dt>{name}</dt><dd>{inner}</dd> }.into_any()
    } else if length > UNFOLDED && depth > 0 {
        view! { <dt class="whole"><details><summary>{name}</summary>{inner}</details></dt> }.into_any()
    } else {
        view! { <dt class="whole">{name}</dt><dd class="whole">{inner}</dd> }.into_any()
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
        assert_eq!(short(&serde_json::json!({ "value": 0.85, "recall": 0.9 })), "0.850");
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
