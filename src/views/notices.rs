//! Things that went wrong, questions that a file leaves open, a new version of the page.

use engine::protocol::Hints;
use leptos::prelude::*;

use crate::browser::{value_of, window};
use crate::state::{Question, State};
use crate::work::answer_question;

/// The cards above the recording.
#[component]
pub fn Notices() -> impl IntoView {
    let state = State::here();
    view! {
        <div class="notices">
            {move || state.update.get().then(|| view! {
                <div class="notice">
                    <p>"A new version of this page is ready."</p>
                    <button class="button" on:click=move |_| { let _ = window().location().reload(); }>"Reload"</button>
                    <button class="button icon" aria-label="Dismiss" on:click=move |_| state.update.set(false)>"×"</button>
                </div>
            })}
            <For each=move || state.questions.get() key=|question| question.id children=move |question| view! { <Ask question=question/> }/>
            <For each=move || state.problems.get() key=|problem| problem.id children=move |problem| {
                let id = problem.id;
                view! {
                    <div class="notice error" role="alert" data-testid="error-card">
                        <div class="notice-text">
                            <strong>{problem.title.clone()}</strong>
                            <p>{without_name(&problem.title, &problem.message)}</p>
                        </div>
                        <button
                            class="button icon"
                            aria-label="Dismiss"
                            on:click=move |_| state.problems.update(|list| list.retain(|problem| problem.id != id))
                        >"×"</button>
                    </div>
                }
            }/>
        </div>
    }
}

/// The message without the file's name in front, which stands above it already; it begins with a capital letter.
fn without_name(name: &str, message: &str) -> String {
    let rest = message.strip_prefix(name).and_then(|rest| rest.strip_prefix(": ")).unwrap_or(message);
    let mut letters = rest.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Asks for what a table of numbers does not say.
#[component]
fn Ask(question: Question) -> impl IntoView {
    let state = State::here();
    let rate = RwSignal::new("500".to_owned());
    let unit = RwSignal::new("mV".to_owned());
    let (id, wants_rate, wants_unit) = (question.id, question.rate, question.unit);
    let valid =
        move || !wants_rate || rate.get().trim().parse::<f64>().is_ok_and(|rate| rate > 0.0 && rate.is_finite());
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        if valid() {
            let hints = Hints {
                rate: wants_rate.then(|| rate.get_untracked().trim().parse().ok()).flatten(),
                unit: wants_unit.then(|| unit.get_untracked()),
            };
            answer_question(state, id, Some(hints));
        }
    };
    view! {
        <form class="notice question" data-testid="question" on:submit=submit>
            <div class="notice-text">
                <strong>{question.files.join(", ")}</strong>
                <p>{without_name(&question.files.join(", "), &question.message)}</p>
            </div>
            {wants_rate.then(|| view! {
                <label class="field"><span>"Samples a second"</span>
                    <input
                        class="text" inputmode="decimal" data-testid="hint-rate" size="7"
                        prop:value=move || rate.get() on:input=move |event| rate.set(value_of(&event))
                    />
                </label>
            })}
            {wants_unit.then(|| view! {
                <label class="field"><span>"Unit"</span>
                    <select data-testid="hint-unit" on:change=move |event| unit.set(value_of(&event))>
                        {["mV", "µV", "V", "nV"].into_iter().map(|name| view! { <option value=name>{name}</option> }).collect_view()}
                    </select>
                </label>
            })}
            <button class="button primary" type="submit" data-testid="hint-submit" prop:disabled=move || !valid()>"Read"</button>
            <button class="button icon" type="button" aria-label="Dismiss" on:click=move |_| answer_question(state, id, None)>"×"</button>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use super::without_name;

    #[test]
    fn a_card_does_not_say_its_files_name_twice() {
        assert_eq!(without_name("a.edf", "a.edf: found 3 bytes"), "Found 3 bytes");
        assert_eq!(without_name("a.edf", "a.edfx is short"), "A.edfx is short");
    }
}
