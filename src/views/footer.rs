//! What is going on, and what this is not.

use leptos::prelude::*;

use crate::report::DISCLAIMER;
use crate::state::State;
use crate::tasks::Task;
use crate::work;

/// The bar at the foot, always in sight.
#[component]
pub fn Footer() -> impl IntoView {
    let state = State::here();
    view! {
        <footer class="footer">
            <div class="tasks">
                {move || state.closed.get().map(|closed| view! {
                    <div class="task now" data-testid="closed">
                        <span class="task-title">{format!("{} closed", closed.title())}</span>
                        <button class="button small" data-testid="undo" title="Bring it back (Z)" on:click=move |_| state.reopen()>"Undo"</button>
                        <button class="button small" aria-label="Dismiss" on:click=move |_| state.closed.set(None)>"×"</button>
                    </div>
                })}
                <For each=move || state.tasks.list.get() key=|task| task.job children=move |task| view! { <Progress job=task.job/> }/>
            </div>
            <p class="status" role="status" aria-live="polite" data-testid="status">{move || state.status.get()}</p>
            <p class="disclaimer" data-testid="disclaimer">{DISCLAIMER}</p>
        </footer>
    }
}

/// How far one piece of work is; it appears after 0.3 s (in the style sheet), so that quick work does not flicker.
#[component]
fn Progress(job: u32) -> impl IntoView {
    let state = State::here();
    let task = Memo::new(move |_| state.tasks.list.with(|list| list.iter().find(|task| task.job == job).cloned()));
    let amount = |task: &Task| {
        if task.total > 100_000.0 {
            format!("{:.1} of {:.1} MB", task.done / 1e6, task.total / 1e6)
        } else {
            task.part().map_or_else(String::new, |part| format!("{:.0} %", part * 100.0))
        }
    };
    move || {
        task.get().map(|task| {
            let amount = amount(&task);
            view! {
                <div class="task" data-testid="task">
                    <span class="task-title">{task.title.clone()}</span>
                    <span class="task-stage">{task.stage.clone()}</span>
                    <progress max="1" value=task.part().map(|part| part.to_string()) aria-label=task.title.clone()></progress>
                    <span class="task-amount">{amount}</span>
                    {task.cancellable.then(|| view! {
                        <button class="button small" on:click=move |_| work::cancel(state, job)>"Cancel"</button>
                    })}
                </div>
            }
        })
    }
}
