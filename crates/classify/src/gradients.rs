//! Maps that are asked for by name: gradient times input and Grad-CAM, from the weights of the loaded file.

use ecg::{Explanation, ExplanationKind, ExplanationMethod as Method, Lead, Recording};
use nets::attribution::{Attribution, last_map};
use nets::graph::Shape;
use nets::tape::{Machine, Plain};

use crate::classifier::place;
use crate::explain::{Place, laid_over, stretch};
use crate::{Card, Classifier, Error, Prepared, prepare, weights};

impl Classifier {
    /// The map of one label by a method of choice; of a network's own maps the first. Gradients are computed on the
    /// processor, whichever engine runs the network, by plain loops: seconds for the large networks.
    ///
    /// The loaded file is kept, two bytes a number as shipped, and its weights are read anew for each call and let go after
    /// it: decoded they would take twice as much all the time, beside those that the engine keeps in an order of its own,
    /// on a page where nobody may ask.
    ///
    /// # Errors
    /// As [`Classifier::classify`]; the model does not know the label, or its network gives no such map.
    pub async fn explain_by(&self, recording: &Recording, label: &str, method: Method) -> Result<Explanation, Error> {
        self.explain_by_watched(recording, label, method, &Plain, async |_, _| true).await
    }

    /// As [`Classifier::explain_by`] with gradients on a machine of choice, watched as [`Classifier::classify_watched`].
    ///
    /// # Errors
    /// As [`Classifier::explain_by`], and [`Error::Cancelled`].
    pub async fn explain_by_watched(
        &self,
        recording: &Recording,
        label: &str,
        method: Method,
        machine: &dyn Machine,
        watch: impl AsyncFnMut(usize, usize) -> bool,
    ) -> Result<Explanation, Error> {
        let prepared = prepare(recording, &self.card().input, &self.card().window)?;
        let maps = self.maps(&prepared, label, method, machine, watch).await?;
        maps.into_iter().next().ok_or_else(|| self.no_map())
    }

    /// All maps that a method gives of a prepared recording: several for [`Method::Own`] of a network with attention.
    ///
    /// # Errors
    /// As [`Classifier::explain_by_watched`].
    pub async fn maps(
        &self,
        prepared: &Prepared,
        label: &str,
        method: Method,
        machine: &dyn Machine,
        mut watch: impl AsyncFnMut(usize, usize) -> bool,
    ) -> Result<Vec<Explanation>, Error> {
        let class = self.card().label(label)?;
        if method == Method::Own {
            let outputs = self.run(&prepared.values, watch).await?;
            let maps = self.own_maps(&outputs, class, &place(prepared)).await?;
            return if maps.is_empty() { Err(self.no_map()) } else { Ok(maps) };
        }
        if method == Method::GradCam && !self.has_map_over_time() {
            return Err(self.no_map());
        }
        let network = self.attribution()?;
        let shape = network.map();
        let size = self.card().input.channels() * self.card().input.samples;
        let total = prepared.values.len() / size;
        let mut maps = Vec::with_capacity(total);
        for (number, window) in prepared.values.chunks_exact(size).enumerate() {
            if !watch(number, total).await {
                return Err(Error::Cancelled);
            }
            maps.push(match method {
                Method::GradCam => network.grad_cam(window, class, machine).ok_or_else(|| self.no_map())?,
                _ => network.gradient_times_input(window, class, machine),
            });
        }
        if maps.iter().flatten().any(|value| !value.is_finite()) {
            return Err(Error::Device("the gradients are not finite".into()));
        }
        let map = match shape.filter(|_| method == Method::GradCam) {
            Some(shape) => grad_cam(self.card(), class, &maps, shape, &place(prepared)),
            None => gradient_times_input(self.card(), class, &maps, &place(prepared)),
        };
        Ok(vec![self.card().with_check(map)])
    }

    /// The ways in which [`Classifier::explain_by`] explains a label of this network.
    pub fn methods(&self) -> Vec<Method> {
        let gives = |method: &Method| match method {
            Method::Own => self.tells_by_label(),
            Method::GradientTimesInput => true,
            Method::GradCam => self.has_map_over_time(),
        };
        Method::ALL.into_iter().filter(gives).collect()
    }

    fn has_map_over_time(&self) -> bool {
        last_map(self.graph()).is_some_and(|shape| in_time(shape, self.card().input.leads.len()))
    }

    fn attribution(&self) -> Result<Attribution, Error> {
        let tensors = weights::decode(self.file())?;
        Attribution::new(self.graph().clone(), tensors).map_err(|error| weights::of_network(&error))
    }
}

/// Whether a map's positions are moments in time for all leads at once or for each lead, its rows one after the other.
fn in_time(map: Shape, leads: usize) -> bool {
    map.rows == 1 || map.rows.is_multiple_of(leads)
}

/// Shares of a label's logit, `maps` being `[channel, sample]` for each window: bands of a lead are summed, what the
/// network is told of the whole recording is left out.
fn gradient_times_input(card: &Card, class: usize, maps: &[Vec<f32>], place: &Place) -> Explanation {
    let (leads, samples) = (card.input.leads.len(), card.input.samples);
    let bands = card.input.bands.len().max(1);
    let by_lead: Vec<Vec<f32>> = maps
        .iter()
        .map(|map| {
            let of_lead = |lead: usize| {
                (0..samples).map(move |at| (0..bands).map(|band| map[(lead * bands + band) * samples + at]).sum())
            };
            (0..leads).flat_map(of_lead).collect()
        })
        .collect();
    let meaning = "How steeply this label's score (logit) changes with each sample, times the sample: to a first \
                   approximation what the sample adds (high) or takes away (low), each lead for itself. It follows \
                   the network around this very recording and jumps from sample to sample; it does not say which \
                   wave is abnormal, nor what the score would be without it.";
    let kind = ExplanationKind::GradientTimesInput;
    laid_over(card, kind, "Gradient × input for", meaning, class, (&by_lead, leads), place)
}

/// Grad-CAM's evidence, `maps` being `[row, position]` for each window.
fn grad_cam(card: &Card, class: usize, maps: &[Vec<f32>], shape: Shape, place: &Place) -> Explanation {
    let leads: &[Lead] = &card.input.leads;
    // Rows beyond one a lead are cuts of the lead, one after the other.
    let rows = if shape.rows == 1 { 1 } else { leads.len() };
    let stretched: Vec<Vec<f32>> = maps
        .iter()
        .map(|map| {
            let lines = map.chunks_exact((map.len() / rows).max(1));
            lines.flat_map(|line| stretch(line, card.input.samples)).collect()
        })
        .collect();
    let each = card.input.samples as f64 / card.input.rate / (shape.rows / rows * shape.length).max(1) as f64;
    let mut meaning = format!(
        "Where the network's last map over time holds what raises this label's score (logit); its channels are \
         weighed by their mean gradient, and what lowers the score is left out. It shows stretches of time, no finer \
         than {each:.2} s and blurred by what the network sees around them; single waves are not told apart."
    );
    if rows == 1 && leads.len() > 1 {
        meaning.push_str(" The network sees all leads at once, so the map is the same for every lead.");
    }
    laid_over(card, ExplanationKind::GradCam, "Grad-CAM for", &meaning, class, (&stretched, rows), place)
}
