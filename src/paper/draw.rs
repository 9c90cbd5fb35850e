//! Draws the visible part of a sheet on a canvas.

use ecg::Explanation;
use web_sys::CanvasRenderingContext2d as Context;

use super::colours::Palette;
use super::curve::Samples;
use super::overlay::{self, LEVELS, Stretch};
use super::sheet::{Cell, PULSE_SECONDS, Sheet};
use crate::recordings::Trace;

/// What is drawn, and how.
pub struct Picture<'a> {
    /// Where everything stands.
    pub sheet: &'a Sheet,
    /// The traces, in the order that the sheet was made with.
    pub traces: &'a [Trace],
    /// The map laid over them, and how strongly (0 to 1).
    pub overlay: Option<(&'a Explanation, f64)>,
    /// The colours.
    pub palette: &'static Palette,
    /// CSS pixels a millimetre.
    pub scale: f64,
    /// Device pixels a CSS pixel.
    pub ratio: f64,
    /// The view on the paper: left, top, width, height (CSS pixels).
    pub view: (f64, f64, f64, f64),
    /// The point in time that the pointer marks (s), with its place (mm).
    pub mark: Option<(f64, f64, f64)>,
}

impl Picture<'_> {
    /// Draws it all.
    pub fn draw(&self, context: &Context) {
        let (left, top, width, height) = self.view;
        let ratio = self.ratio;
        // Coordinates are CSS pixels of the view; lines are placed on device pixels by hand.
        let _ = context.set_transform(ratio, 0.0, 0.0, ratio, 0.0, 0.0);
        context.set_fill_style_str(&self.palette.paper.css());
        context.fill_rect(0.0, 0.0, width, height);
        self.grid(context);
        let (from, to) = (left / self.scale, (left + width) / self.scale);
        let (upper, lower) = (top / self.scale, (top + height) / self.scale);
        let cells: Vec<Cell> = self
            .sheet
            .cells(from, to)
            .into_iter()
            .filter(|cell| {
                let end = cell.x + (cell.to - cell.from) * self.sheet.format.speed;
                // A tall beat reaches beyond its row, so rows near the view are drawn too.
                end >= from && cell.x <= to && cell.top + 2.0 * cell.height >= upper && cell.top - cell.height <= lower
            })
            .collect();
        if let Some((map, opacity)) = self.overlay {
            for cell in &cells {
                self.overlay(context, cell, map, opacity);
            }
        }
        self.mark(context);
        for cell in &cells {
            self.curve(context, cell);
        }
        self.pulses(context, from, to);
        for cell in &cells {
            self.name(context, cell, from);
        }
        self.footer(context);
    }

    fn x(&self, mm: f64) -> f64 {
        mm * self.scale - self.view.0
    }

    fn y(&self, mm: f64) -> f64 {
        mm * self.scale - self.view.1
    }

    fn snap(&self, pixels: f64) -> f64 {
        (pixels * self.ratio).round() / self.ratio
    }

    fn grid(&self, context: &Context) {
        let (left, top, width, height) = self.view;
        let hair = (1.0 / self.ratio).max(self.scale * 0.06);
        let hair = self.snap(hair).max(1.0 / self.ratio);
        // The paper goes on to the edge of the view, as a sheet does beyond its last beat.
        let (right, bottom) = (width, height);
        for (step, colour) in [(1.0, self.palette.fine), (5.0, self.palette.strong)] {
            // Finer than this, lines run together into a grey.
            if step * self.scale * self.ratio < 2.5 {
                continue;
            }
            context.set_fill_style_str(&colour.css());
            let mut column = (left / self.scale / step).floor() * step;
            while self.x(column) <= right {
                context.fill_rect(self.snap(self.x(column)), 0.0, hair, bottom);
                column += step;
            }
            let mut row = (top / self.scale / step).floor() * step;
            while self.y(row) <= bottom {
                context.fill_rect(0.0, self.snap(self.y(row)), right, hair);
                row += step;
            }
        }
    }

    fn visible_time(&self, cell: &Cell) -> (f64, f64) {
        let speed = self.sheet.format.speed;
        let time = |pixels: f64| cell.from + ((pixels + self.view.0) / self.scale - cell.x) / speed;
        // A little more than is seen, so that lines enter and leave the view.
        (cell.from.max(time(0.0) - 0.1), cell.to.min(time(self.view.2) + 0.1))
    }

    /// The trace of a cell and its samples between two times, with some beside them: a column of the curve or a stretch of a map
    /// may begin before what is seen.
    fn samples(&self, cell: &Cell, from: f64, to: f64) -> Option<(&Trace, Samples)> {
        let trace = self.traces.get(cell.trace?)?;
        Some((trace, trace.samples(from - 0.2, to + 0.2)))
    }

    /// Adds the curve between two times to the path; half a pixel is fine enough.
    fn path(&self, context: &Context, cell: &Cell, samples: &Samples, from: f64, to: f64) {
        let format = self.sheet.format;
        let resolution = 0.5 / (format.speed * self.scale * self.ratio).max(1e-9);
        for line in samples.points(from, to, resolution) {
            let mut place = line.into_iter().map(|(time, value)| {
                let x = self.x(cell.x + (time - cell.from) * format.speed);
                (x, self.y(cell.baseline - f64::from(value) * format.gain))
            });
            if let Some((x, y)) = place.next() {
                context.move_to(x, y);
                let mut alone = true;
                for (x, y) in place {
                    context.line_to(x, y);
                    alone = false;
                }
                if alone {
                    context.line_to(x + 0.5, y);
                }
            }
        }
    }

    fn line_width(&self) -> f64 {
        (self.scale * 0.32).clamp(1.0, 4.0)
    }

    fn curve(&self, context: &Context, cell: &Cell) {
        let (from, to) = self.visible_time(cell);
        if from >= to {
            return;
        }
        let Some((_, samples)) = self.samples(cell, from, to) else { return };
        context.begin_path();
        self.path(context, cell, &samples, from, to);
        context.set_line_join("round");
        context.set_line_cap("round");
        if self.overlay.is_some() {
            // A rim of paper keeps the trace readable on the strongest colour.
            context.set_stroke_style_str(&self.palette.paper.css_with(0.85));
            context.set_line_width(self.line_width() + 1.2);
            context.stroke();
        }
        context.set_stroke_style_str(&self.palette.ink.css());
        context.set_line_width(self.line_width());
        context.stroke();
    }

    fn overlay(&self, context: &Context, cell: &Cell, map: &Explanation, opacity: f64) {
        let (from, to) = self.visible_time(cell);
        if from >= to {
            return;
        }
        let Some((trace, samples)) = self.samples(cell, from, to) else { return };
        let found = overlay::stretches(map, &trace.lead, from, to);
        if overlay::as_cells(map) {
            self.cells(context, cell, &found, opacity);
        } else {
            self.halo(context, cell, &samples, &found, opacity);
        }
    }

    /// Coloured cells under a lead, their height the score, so that not only colour tells it.
    fn cells(&self, context: &Context, cell: &Cell, found: &[Stretch], opacity: f64) {
        let room = cell.height * 0.16;
        let bottom = cell.top + cell.height * 0.97;
        for stretch in found {
            let value = stretch.level as f32 / LEVELS as f32;
            let x = self.x(cell.x + (stretch.from - cell.from) * self.sheet.format.speed);
            let end = self.x(cell.x + (stretch.to - cell.from) * self.sheet.format.speed);
            let height = room * (0.15 + 0.85 * f64::from(value));
            context.set_fill_style_str(&self.palette.heat(value).css_with(opacity));
            context.fill_rect(x, self.y(bottom - height), (end - x - 0.5).max(0.5), height * self.scale);
            context.set_fill_style_str(&self.palette.heat(value).css_with(opacity * 0.07));
            context.fill_rect(x, self.y(cell.top), (end - x).max(0.5), (bottom - cell.top) * self.scale);
        }
    }

    /// A band along the trace, broader where the score is higher.
    fn halo(&self, context: &Context, cell: &Cell, samples: &Samples, found: &[Stretch], opacity: f64) {
        context.set_line_join("round");
        context.set_line_cap("round");
        let overlap = 0.6 / samples.rate.max(1.0);
        // From weak to strong, so that the strong is never covered.
        for level in 1..=LEVELS {
            let mut any = false;
            context.begin_path();
            for stretch in found.iter().filter(|stretch| stretch.level == level) {
                any = true;
                self.path(context, cell, samples, stretch.from - overlap, stretch.to + overlap);
            }
            if any {
                let value = level as f32 / LEVELS as f32;
                let strength = (f64::from(value) * 4.0).min(1.0);
                // Mixed with the paper beforehand: see-through strokes would add up where they overlap.
                let colour = self.palette.paper.mixed(self.palette.heat(value), opacity * strength);
                context.set_stroke_style_str(&colour.css());
                context.set_line_width((self.scale * (0.8 + 1.8 * f64::from(value))).max(3.0));
                context.stroke();
            }
        }
    }

    fn mark(&self, context: &Context) {
        let Some((_, x, y)) = self.mark else { return };
        context.set_fill_style_str(&self.palette.text.css_with(0.55));
        let hair = 1.0 / self.ratio;
        if let Some((cell, _)) = self.sheet.at(x, y) {
            context.fill_rect(self.snap(self.x(x)), self.y(cell.top), hair, cell.height * self.scale);
        }
    }

    /// 1 mV for 200 ms before each row of each page.
    fn pulses(&self, context: &Context, from: f64, to: f64) {
        let format = self.sheet.format;
        let width = PULSE_SECONDS * format.speed;
        context.set_stroke_style_str(&self.palette.ink.css());
        context.set_line_width(self.line_width());
        context.set_line_join("miter");
        for start in self.sheet.page_starts(from, to) {
            let x = start + self.sheet.lead_in() - width - 2.5;
            for baseline in self.sheet.baselines() {
                let (low, high) = (self.y(baseline), self.y(baseline - format.gain));
                context.begin_path();
                context.move_to(self.x(x - 1.5), low);
                context.line_to(self.x(x), low);
                context.line_to(self.x(x), high);
                context.line_to(self.x(x + width), high);
                context.line_to(self.x(x + width), low);
                context.line_to(self.x(x + width + 1.5), low);
                context.stroke();
            }
        }
    }

    fn font(&self, context: &Context, weight: u16) -> f64 {
        let size = (self.scale * 3.2).clamp(10.0, 26.0);
        context.set_font(&format!("{weight} {size}px system-ui, sans-serif"));
        size
    }

    fn name(&self, context: &Context, cell: &Cell, from: f64) {
        let size = self.font(context, 600);
        // On a strip that has been scrolled the name stays at the edge.
        let end = cell.x + (cell.to - cell.from) * self.sheet.format.speed;
        let x = cell.x.max((from).min(end - 12.0)) + 1.0;
        let x = if cell.first && x <= cell.x + 1.0 { cell.x - 0.5 } else { x };
        let y = self.y(cell.top + cell.height * 0.14).max(self.y(cell.top) + size);
        let mut text = cell.name.clone();
        if cell.trace.is_none() {
            text.push_str(" not recorded");
        }
        context.set_line_join("round");
        context.set_line_width(3.0);
        context.set_stroke_style_str(&self.palette.paper.css_with(0.9));
        let _ = context.stroke_text(&text, self.x(x), y);
        let ink = if cell.trace.is_some() { self.palette.ink } else { self.palette.text };
        context.set_fill_style_str(&ink.css());
        let _ = context.fill_text(&text, self.x(x), y);
        if !cell.first {
            // Where one lead ends and the next begins.
            context.set_fill_style_str(&self.palette.text.css());
            let place = self.snap(self.x(cell.x));
            context.fill_rect(place, self.y(cell.baseline - 4.0), 1.0 / self.ratio, 2.5 * self.scale);
            context.fill_rect(place, self.y(cell.baseline + 1.5), 1.0 / self.ratio, 2.5 * self.scale);
        }
    }

    fn footer(&self, context: &Context) {
        let format = self.sheet.format;
        self.font(context, 400);
        context.set_fill_style_str(&self.palette.text.css());
        let text = format!("{} mm/s   {} mm/mV   no filter", format.speed, format.gain);
        let _ = context.fill_text(&text, self.x(3.0).max(8.0), self.y(self.sheet.height() - 1.6));
    }
}
