//! From samples to what is drawn of them: at most two points a pixel, gaps where samples are missing.

/// The samples that a curve is drawn from: a stretch of a lead.
pub struct Samples {
    /// Millivolts; not a number where a sample is missing.
    pub values: Vec<f32>,
    /// Place of the first of them in the lead.
    pub first: usize,
    /// Samples a second (hertz).
    pub rate: f64,
    /// Seconds from the recording's start to the first sample.
    pub start: f64,
}

impl Samples {
    /// Points (s, mV) of the stretch `from..to`, cut where samples are missing. With more than two samples a
    /// column of `resolution` seconds, only each column's least and greatest are kept, in their order.
    pub fn points(&self, from: f64, to: f64, resolution: f64) -> Vec<Vec<(f64, f32)>> {
        let last = self.first + self.values.len();
        if to < self.start {
            return Vec::new();
        }
        let index = |time: f64| ((time - self.start) * self.rate).max(0.0);
        let (begin, end) = ((index(from).ceil() as usize).min(last), (index(to).floor() as usize + 1).min(last));
        let begin = begin.max(self.first);
        let step = ((resolution * self.rate).floor() as usize).max(1);
        let time = |index: usize| self.start + index as f64 / self.rate;
        let mut lines = Vec::new();
        let mut line: Vec<(f64, f32)> = Vec::new();
        let mut cut = |line: &mut Vec<(f64, f32)>| {
            if !line.is_empty() {
                lines.push(core::mem::take(line));
            }
        };
        // Columns start at multiples of the step, so that scrolling does not make the curve shimmer.
        let mut at = if step > 2 { begin - begin % step } else { begin };
        while at < end {
            let stop = (at + if step > 2 { step } else { 1 }).min(last);
            // A column that begins before the stretch is drawn from what there is of it, out of sight.
            at = at.max(self.first);
            let column = self.values.get(at - self.first..stop - self.first).unwrap_or_default();
            if let Some((low, high)) = extremes(column) {
                if column.iter().any(|value| !value.is_finite()) {
                    cut(&mut line);
                }
                let (first, second) = if low <= high { (low, high) } else { (high, low) };
                for offset in [first, second].into_iter().take(if first == second { 1 } else { 2 }) {
                    if let Some(&value) = column.get(offset) {
                        line.push((time(at + offset), value));
                    }
                }
            } else {
                cut(&mut line);
            }
            at = stop.max(at + 1);
        }
        cut(&mut line);
        lines
    }
}

/// Places of the least and the greatest value; none when all are missing.
fn extremes(column: &[f32]) -> Option<(usize, usize)> {
    let mut found: Option<((usize, f32), (usize, f32))> = None;
    for (index, &value) in column.iter().enumerate().filter(|(_, value)| value.is_finite()) {
        let (low, high) = found.get_or_insert(((index, value), (index, value)));
        if value < low.1 {
            *low = (index, value);
        }
        if value > high.1 {
            *high = (index, value);
        }
    }
    found.map(|(low, high)| (low.0, high.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(values: &[f32]) -> Samples {
        Samples { values: values.to_vec(), first: 0, rate: 100.0, start: 0.0 }
    }

    #[test]
    fn few_samples_are_drawn_one_by_one() {
        let lines = samples(&[0.0, 1.0, 2.0, 3.0]).points(0.01, 0.02, 0.001);
        assert_eq!(lines, vec![vec![(0.01, 1.0), (0.02, 2.0)]]);
    }

    #[test]
    fn a_spike_of_one_sample_survives_a_coarse_view() {
        let mut values = vec![0.0; 1000];
        values[537] = 2.5;
        let lines = samples(&values).points(0.0, 10.0, 0.2);
        assert_eq!(lines.len(), 1);
        assert!(lines[0].len() <= 100);
        assert!(lines[0].contains(&(5.37, 2.5)));
    }

    #[test]
    fn missing_samples_leave_a_gap() {
        let lines = samples(&[0.0, f32::NAN, f32::NAN, 3.0, 4.0]).points(0.0, 1.0, 0.001);
        assert_eq!(lines, vec![vec![(0.0, 0.0)], vec![(0.03, 3.0), (0.04, 4.0)]]);
        assert_eq!(samples(&[f32::NAN; 4]).points(0.0, 1.0, 0.001), Vec::<Vec<(f64, f32)>>::new());
    }

    #[test]
    fn a_late_lead_starts_late() {
        let late = Samples { values: vec![1.0, 2.0], first: 0, rate: 100.0, start: 5.0 };
        assert_eq!(late.points(0.0, 10.0, 0.001), vec![vec![(5.0, 1.0), (5.01, 2.0)]]);
        assert_eq!(late.points(0.0, 4.0, 0.001), Vec::<Vec<(f64, f32)>>::new());
    }
}
