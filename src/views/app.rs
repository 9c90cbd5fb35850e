//! The page as a whole.

use leptos::prelude::*;

use super::findings::FindingsPanel;
use super::footer::Footer;
use super::header::Header;
use super::legend::{Legend, OverlayPanel};
use super::model::ModelPanel;
use super::notices::Notices;
use super::print::PrintPage;
use super::recording::RecordingPanel;
use super::shortcuts::Shortcuts;
use super::table::Table;
use super::toolbar::Toolbar;
use super::welcome::Welcome;
use crate::paper::view::Paper;
use crate::state::State;
use crate::{intake, keyboard, menus, start};

/// Everything.
#[component]
pub fn App() -> impl IntoView {
    let state = State::new();
    provide_context(state);
    start::start(state);
    intake::listen(state);
    keyboard::listen(state);
    menus::listen();
    let empty = Memo::new(move |_| state.recordings.with(Vec::is_empty));
    view! {
        <a class="skip" href="#main">"Skip to the recording"</a>
        <Header/>
        <main id="main" class="main" data-testid="drop-zone">
            <Notices/>
            {move || {
                if empty.get() {
                    view! { <Welcome/> }.into_any()
                } else {
                    view! {
                        <div class="desk">
                            <section class="sheet" aria-label="Recording">
                                <Toolbar/>
                                <Paper/>
                                <Legend/>
                                <Table/>
                            </section>
                            <aside class="side" aria-label="What the network says">
                                <ModelPanel/>
                                <FindingsPanel/>
                                <OverlayPanel/>
                                <RecordingPanel/>
                            </aside>
                        </div>
                    }
                    .into_any()
                }
            }}
        </main>
        <Footer/>
        <Shortcuts/>
        {move || (!empty.get()).then(|| view! { <PrintPage/> })}
        <div class="drop-veil" class:shown=move || state.hovering.get() aria-hidden="true">
            <p>"Drop to read here, on this machine"</p>
        </div>
    }
}
