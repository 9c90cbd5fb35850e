//! Where everything stands on the paper, in millimetres; no drawing.
//!
//! The conventions are those of printed electrocardiograms: a grid of 1 mm with a stronger line every 5 mm, a
//! calibration pulse of 1 mV x 200 ms before each row, the name of a lead at the start of its stretch (AHA/ACC/HRS
//! 2007, part I; IEC 60601-2-25).

use ecg::Lead;

/// How the leads are set out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Layout {
    /// Three rows of four leads, 2.5 s each, and lead II as a rhythm strip.
    #[default]
    ThreeByFour,
    /// Six rows of two leads, 5 s each.
    SixByTwo,
    /// One row a lead, the whole recording.
    Rows,
}

impl Layout {
    /// All of them, in the picker's order.
    pub const ALL: [Layout; 3] = [Layout::ThreeByFour, Layout::SixByTwo, Layout::Rows];

    /// The short name, also the stored and the `data-layout` value.
    pub fn name(self) -> &'static str {
        match self {
            Layout::ThreeByFour => "3x4",
            Layout::SixByTwo => "6x2",
            Layout::Rows => "12x1",
        }
    }

    /// The layout that [`Layout::name`] names.
    pub fn from_name(name: &str) -> Option<Layout> {
        Layout::ALL.into_iter().find(|layout| layout.name() == name)
    }

    /// Height of a row (mm) at 10 mm/mV.
    fn row_height(self) -> f64 {
        match self {
            Layout::ThreeByFour => 30.0,
            Layout::SixByTwo => 25.0,
            Layout::Rows => 20.0,
        }
    }
}

/// Speed, gain and layout that the visitor chose.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Format {
    /// How the leads are set out.
    pub layout: Layout,
    /// Millimetres a second.
    pub speed: f64,
    /// Millimetres a millivolt.
    pub gain: f64,
}

impl Default for Format {
    fn default() -> Self {
        Format { layout: Layout::ThreeByFour, speed: 25.0, gain: 10.0 }
    }
}

/// Paper in front of each row: a margin, the calibration pulse, a gap (mm, without the pulse's own width).
const LEAD_IN: f64 = 6.0;
/// Paper behind the last sample (mm).
const LEAD_OUT: f64 = 4.0;
/// Paper above the first and below the last row (mm); the line with speed and gain stands in the lower one.
const MARGIN: f64 = 5.0;
/// Duration of the calibration pulse (s).
pub const PULSE_SECONDS: f64 = 0.2;
/// What a page of standard paper holds (s).
const PAGE_SECONDS: f64 = 10.0;
/// A recording up to this length is one page (s): devices record a little more than ten seconds, and a second page of
/// that rest would show three of twelve leads.
const LONGEST_PAGE: f64 = 11.0;
/// Trace on a printed page of A4 paper on its side (mm): ten seconds at 25 mm/s, five at 50.
pub const PRINTED: f64 = 250.0;
/// A grid layout is offered when at least this many of the twelve leads are there.
const LEADS_FOR_A_GRID: usize = 6;

/// One stretch of one lead.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Number of the lead in the order that the sheet was made with; none where the recording lacks it.
    pub trace: Option<usize>,
    /// The name to print.
    pub name: String,
    /// Where the stretch starts (mm from the left).
    pub x: f64,
    /// The line of 0 mV (mm from the top).
    pub baseline: f64,
    /// Upper end of the row and its height (mm).
    pub top: f64,
    /// Height of the row (mm).
    pub height: f64,
    /// The stretch of time (s from the recording's start).
    pub from: f64,
    /// End of the stretch (s).
    pub to: f64,
    /// True for the first stretch of a row.
    pub first: bool,
}

/// A recording set out on paper.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// What it was made for.
    pub format: Format,
    /// The layout in use: a recording without the twelve leads gets rows.
    pub layout: Layout,
    rows: Vec<Vec<(String, Option<usize>)>>,
    row_height: f64,
    page_seconds: f64,
    pages: usize,
    duration: f64,
}

/// The columns of the grid layouts.
fn columns(layout: Layout) -> Option<&'static [&'static [Lead]]> {
    use Lead::{AVF, AVL, AVR, I, II, III, V1, V2, V3, V4, V5, V6};
    match layout {
        Layout::ThreeByFour => Some(&[&[I, AVR, V1, V4], &[II, AVL, V2, V5], &[III, AVF, V3, V6], &[II]]),
        Layout::SixByTwo => Some(&[&[I, V1], &[II, V2], &[III, V3], &[AVR, V4], &[AVL, V5], &[AVF, V6]]),
        Layout::Rows => None,
    }
}

/// True when a grid of the twelve leads makes sense for these leads.
pub fn offers_grid(leads: &[Lead]) -> bool {
    Lead::TWELVE.iter().filter(|lead| leads.contains(lead)).count() >= LEADS_FOR_A_GRID
}

impl Sheet {
    /// Sets out `leads` (in the order of the traces) over `duration` seconds.
    pub fn new(format: Format, leads: &[Lead], duration: f64) -> Sheet {
        let duration = if duration.is_finite() { duration.max(0.0) } else { 0.0 };
        let layout = if offers_grid(leads) { format.layout } else { Layout::Rows };
        let find = |lead: &Lead| (lead.name().to_owned(), leads.iter().position(|other| other == lead));
        let rows = match columns(layout) {
            Some(rows) => rows.iter().map(|row| row.iter().map(find).collect()).collect(),
            None => in_order(leads).into_iter().map(|(name, trace)| vec![(name, Some(trace))]).collect(),
        };
        let (page_seconds, pages) = if layout == Layout::Rows {
            (duration, 1)
        } else {
            let is_one = duration > 0.0 && duration <= LONGEST_PAGE;
            let page = if is_one { duration } else { PAGE_SECONDS };
            // A recording of 60.002 s is six pages.
            (page, (((duration - 0.05) / page).ceil() as usize).max(1))
        };
        let row_height = layout.row_height() * (format.gain / 10.0).max(1.0);
        Sheet { format, layout, rows, row_height, page_seconds, pages, duration }
    }

    /// Sets out the same on pages of [`PRINTED`] mm of trace for print, whatever the layout, and at most `height` mm
    /// high: where the rows do not fit, they stand closer together at the same scale.
    pub fn printed(format: Format, leads: &[Lead], duration: f64, height: f64) -> Sheet {
        let mut sheet = Sheet::new(format, leads, duration);
        let page = PRINTED / format.speed.max(1.0);
        sheet.page_seconds = if sheet.duration > 0.0 { sheet.duration.min(page) } else { page };
        sheet.pages = (((sheet.duration - 0.05) / sheet.page_seconds).ceil() as usize).max(1);
        sheet.row_height = sheet.row_height.min((height - 2.0 * MARGIN) / sheet.rows.len().max(1) as f64);
        sheet
    }

    /// The page on which a time (s) stands.
    pub fn page_of(&self, time: f64) -> usize {
        ((time / self.page_seconds.max(1e-9)).floor().max(0.0) as usize).min(self.pages - 1)
    }

    /// First and last moment of a page (s).
    pub fn stretch(&self, page: usize) -> (f64, f64) {
        let from = page as f64 * self.page_seconds;
        (from, (from + self.page_seconds).min(self.duration))
    }

    /// The time (s) at which what stands at `x` mm begins: the row there, or the page most of which is to its right.
    pub fn moment(&self, x: f64) -> f64 {
        if self.layout == Layout::Rows {
            ((x - self.lead_in()) / self.format.speed).clamp(0.0, self.duration)
        } else {
            let page = (x / self.page_width()).round().max(0.0).min((self.pages - 1) as f64);
            page * self.page_seconds
        }
    }

    /// Paper in front of the first sample of a page (mm).
    pub fn lead_in(&self) -> f64 {
        // Whole boxes, so that a second starts on a strong line.
        ((LEAD_IN + PULSE_SECONDS * self.format.speed) / 5.0).ceil() * 5.0
    }

    /// Width of a page (mm).
    pub fn page_width(&self) -> f64 {
        ((self.lead_in() + self.page_seconds * self.format.speed + LEAD_OUT) / 5.0).ceil() * 5.0
    }

    /// Width of the whole paper (mm).
    pub fn width(&self) -> f64 {
        self.page_width() * self.pages as f64
    }

    /// Width that the view is fitted to: one page, or ten seconds of a long strip (mm).
    pub fn fit_width(&self) -> f64 {
        let seconds = if self.duration <= LONGEST_PAGE { LONGEST_PAGE } else { PAGE_SECONDS };
        self.page_width().min(self.lead_in() + seconds * self.format.speed + LEAD_OUT + 1.0)
    }

    /// Height of the whole paper (mm).
    pub fn height(&self) -> f64 {
        self.rows.len().max(1) as f64 * self.row_height + 2.0 * MARGIN
    }

    /// Starts of the pages that touch the stretch `from..to` of paper (mm).
    pub fn page_starts(&self, from: f64, to: f64) -> Vec<f64> {
        self.pages_within(from, to).map(|page| page as f64 * self.page_width()).collect()
    }

    /// The lines of 0 mV, one a row (mm from the top).
    pub fn baselines(&self) -> Vec<f64> {
        (0..self.rows.len()).map(|row| self.top(row) + self.row_height * 0.55).collect()
    }

    fn top(&self, row: usize) -> f64 {
        MARGIN + row as f64 * self.row_height
    }

    fn pages_within(&self, from: f64, to: f64) -> core::ops::RangeInclusive<usize> {
        let last = self.pages - 1;
        let first = ((from / self.page_width()).floor().max(0.0) as usize).min(last);
        first..=((to / self.page_width()).floor().max(0.0) as usize).min(last)
    }

    /// The stretches of leads that touch the stretch `from..to` of paper (mm).
    pub fn cells(&self, from: f64, to: f64) -> Vec<Cell> {
        let mut cells = Vec::new();
        for page in self.pages_within(from, to) {
            let start = page as f64 * self.page_seconds;
            let left = page as f64 * self.page_width() + self.lead_in();
            for (row, leads) in self.rows.iter().enumerate() {
                let seconds = self.page_seconds / leads.len() as f64;
                for (column, (name, trace)) in leads.iter().enumerate() {
                    let offset = seconds * column as f64;
                    cells.push(Cell {
                        trace: *trace,
                        name: name.clone(),
                        x: left + offset * self.format.speed,
                        baseline: self.top(row) + self.row_height * 0.55,
                        top: self.top(row),
                        height: self.row_height,
                        from: start + offset,
                        to: (start + offset + seconds).min(self.duration.max(start + offset)),
                        first: column == 0,
                    });
                }
            }
        }
        cells
    }

    /// The stretch under a point of the paper (mm) and the time there (s).
    pub fn at(&self, x: f64, y: f64) -> Option<(Cell, f64)> {
        self.cells(x, x).into_iter().find_map(|cell| {
            let time = cell.from + (x - cell.x) / self.format.speed;
            let inside = (cell.from..cell.to).contains(&time) && (cell.top..cell.top + cell.height).contains(&y);
            inside.then_some((cell, time))
        })
    }
}

/// The twelve leads in their usual order, then all others in the file's; a monitor's few leads all in the file's.
fn in_order(leads: &[Lead]) -> Vec<(String, usize)> {
    let usual: &[Lead] = if offers_grid(leads) { &Lead::TWELVE } else { &[] };
    let mut order: Vec<usize> = usual.iter().filter_map(|lead| leads.iter().position(|other| other == lead)).collect();
    let rest: Vec<usize> = (0..leads.len()).filter(|index| !order.contains(index)).collect();
    order.extend(rest);
    order.into_iter().filter_map(|index| leads.get(index).map(|lead| (lead.name().to_owned(), index))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(layout: Layout, duration: f64) -> Sheet {
        Sheet::new(Format { layout, ..Format::default() }, &Lead::TWELVE, duration)
    }

    #[test]
    fn ten_seconds_are_250_millimetres_at_25_millimetres_a_second() {
        let cells = sheet(Layout::SixByTwo, 10.0).cells(0.0, 300.0);
        let (first, last) = (&cells[0], &cells[11]);
        assert!((last.x - first.x + (last.to - last.from) * 25.0 - 250.0).abs() < 1e-9);
    }

    #[test]
    fn the_3x4_page_ends_with_lead_ii_over_the_whole_ten_seconds() {
        let cells = sheet(Layout::ThreeByFour, 10.0).cells(0.0, 300.0);
        assert_eq!(cells.len(), 13);
        let strip = cells.last().unwrap();
        assert_eq!((strip.name.as_str(), strip.from, strip.to), ("II", 0.0, 10.0));
        let v5 = cells.iter().find(|cell| cell.name == "V5").unwrap();
        assert_eq!((v5.from, v5.to, v5.trace), (7.5, 10.0, Some(10)));
    }

    #[test]
    fn a_little_more_than_ten_seconds_is_one_page_with_all_leads_to_its_end() {
        for layout in Layout::ALL {
            let sheet = sheet(layout, 10.6);
            let cells = sheet.cells(0.0, sheet.width());
            assert_eq!(sheet.page_starts(0.0, sheet.width()).len(), 1);
            assert!((cells.last().unwrap().to - 10.6).abs() < 1e-9);
            assert!(sheet.fit_width() >= sheet.page_width());
        }
        assert_eq!(sheet(Layout::ThreeByFour, 12.0).page_starts(0.0, 1000.0).len(), 2);
    }

    #[test]
    fn a_second_starts_on_a_strong_line_of_the_grid() {
        for speed in [25.0, 50.0] {
            let format = Format { speed, ..Format::default() };
            let first = &Sheet::new(format, &Lead::TWELVE, 10.0).cells(0.0, 1.0)[0];
            assert_eq!(first.x % 5.0, 0.0);
        }
    }

    #[test]
    fn a_long_recording_goes_on_over_pages_and_only_what_is_visible_is_set_out() {
        let sheet = sheet(Layout::ThreeByFour, 3600.0);
        assert_eq!(sheet.page_starts(0.0, sheet.width()).len(), 360);
        let middle = sheet.width() / 2.0 + 1.0;
        let cells = sheet.cells(middle, middle + 10.0);
        assert_eq!(cells.len(), 13);
        assert_eq!(cells[0].from, 1800.0);
    }

    #[test]
    fn a_recording_of_two_leads_gets_rows_whatever_was_chosen() {
        let leads = [Lead::Other("MLII".into()), Lead::V5];
        let sheet = Sheet::new(Format::default(), &leads, 1800.0);
        assert_eq!(sheet.layout, Layout::Rows);
        let names: Vec<String> = sheet.cells(0.0, 1.0).into_iter().map(|cell| cell.name).collect();
        assert_eq!(names, ["MLII", "V5"]);
    }

    #[test]
    fn a_lead_that_is_missing_keeps_its_place_without_a_trace() {
        let leads: Vec<Lead> = Lead::TWELVE.into_iter().filter(|lead| *lead != Lead::V3).collect();
        let cells = Sheet::new(Format::default(), &leads, 10.0).cells(0.0, 1.0);
        let v3 = cells.iter().find(|cell| cell.name == "V3").unwrap();
        assert_eq!(v3.trace, None);
    }

    #[test]
    fn the_point_under_the_pointer_tells_lead_and_time() {
        let sheet = sheet(Layout::ThreeByFour, 10.0);
        let v1 = sheet.cells(0.0, 1.0).into_iter().find(|cell| cell.name == "V1").unwrap();
        let (cell, time) = sheet.at(v1.x + 25.0, v1.baseline).unwrap();
        assert_eq!(cell.name, "V1");
        assert!((time - 6.0).abs() < 1e-9);
        assert!(sheet.at(0.5, v1.baseline).is_none());
    }

    #[test]
    fn a_printed_page_fits_on_a4_paper_at_true_speed_in_every_layout() {
        for layout in Layout::ALL {
            for (speed, gain) in [(25.0, 10.0), (50.0, 20.0)] {
                let sheet = Sheet::printed(Format { layout, speed, gain }, &Lead::TWELVE, 95.0, 140.0);
                assert!(sheet.page_width() <= 277.0 && sheet.height() <= 140.0 + 1e-9, "{layout:?} at {speed}");
                let page = sheet.page_of(93.0);
                let (from, to) = sheet.stretch(page);
                assert!(from <= 93.0 && 93.0 < to && to <= 95.0);
                let left = page as f64 * sheet.page_width();
                let last = sheet.cells(left + 1.0, left + 2.0).into_iter().next_back().unwrap();
                assert!(((last.to - last.from) - (to - from)).abs() < 1e-9 || last.from >= from);
            }
        }
    }

    #[test]
    fn the_page_that_is_seen_is_the_page_that_is_printed() {
        let grid = sheet(Layout::ThreeByFour, 60.0);
        assert_eq!(grid.moment(grid.page_width() * 2.1), 20.0);
        let rows = sheet(Layout::Rows, 60.0);
        assert_eq!(rows.moment(0.0), 0.0);
        assert!((rows.moment(rows.lead_in() + 25.0 * 31.0) - 31.0).abs() < 1e-9);
    }

    #[test]
    fn an_empty_recording_is_still_a_sheet() {
        let sheet = Sheet::new(Format::default(), &[], 0.0);
        assert!(sheet.cells(0.0, 100.0).is_empty());
        assert!(sheet.width() > 0.0 && sheet.height() > 0.0);
    }
}
