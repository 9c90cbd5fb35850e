//! `parsedwaveforms`.

use ecg::{Lead, Signal, Unit};

use super::limbs::{self, Stored};
use super::{plain_text, pulse, xli};
use crate::error::shown;
use crate::vendor::fields::number;
use crate::vendor::{Reading, base64, in_lead, waveform};
use crate::xml::Element;
use crate::{Error, Place};

/// What chunks of all leads may expand to beside the size of the file.
const MOST_EXPANDED: u64 = 16 << 20;

/// What stands beside the samples.
struct Layout {
    rate: f64,
    /// Microvolts a count.
    resolution: Option<f64>,
    labels: Vec<String>,
    /// Samples a lead by the stated duration.
    samples: Option<u64>,
    is_xli: bool,
    /// Numbers in text instead of base64.
    is_text: bool,
}

/// Reads all leads, makes the limb leads whole and cuts the pulse of calibration off.
pub(super) fn read(root: Element, file_bytes: usize, reading: &mut Reading) -> Result<Vec<Signal>, Error> {
    let Some(element) = root.path(&["waveforms", "parsedwaveforms"]) else { return Ok(Vec::new()) };
    let layout = layout(root, element, reading)?;
    let mut leads = if layout.is_text {
        of_text(element, &layout, reading)?
    } else {
        let decoded = base64::decode(reading.file, element.text())?;
        if decoded.odd.is_some() {
            reading.data("parsedwaveforms", format!("the text is no base64 after {} bytes", decoded.bytes.len()));
        }
        let is_cut = !element.is_whole() || decoded.odd.is_some();
        if layout.is_xli {
            compressed(&decoded.bytes, &layout, file_bytes, reading)?
        } else {
            let (samples, _) = decoded.bytes.as_chunks::<2>();
            plain(samples, &layout, is_cut, reading, |sample| i16::from_le_bytes(*sample))?
        }
    };
    if leads.len() < layout.labels.len() {
        let message = format!("{} leads of {} are whole", leads.len(), layout.labels.len());
        reading.data("parsedwaveforms", message);
    }
    // Programs that write text write whole leads, but nothing keeps a device from writing what it would pack.
    if !layout.is_text || limbs::are_rests(&leads) {
        for label in limbs::restore(&mut leads) {
            reading.data(in_lead(&label), "it is stored relative to leads that are missing, and is left out");
        }
    }
    cut_pulse(&mut leads, &layout, reading);
    let mut signals = Vec::new();
    for stored in leads {
        let scale = reading.scale(&stored.label, layout.resolution, Unit::Microvolt);
        signals.push(waveform::signal(reading, &stored.label, stored.counts, layout.rate, scale));
    }
    Ok(signals)
}

fn cut_pulse(leads: &mut [Stored], layout: &Layout, reading: &mut Reading) {
    let Some(pulse) = pulse::find(leads, layout.resolution.unwrap_or(f64::NAN), layout.rate) else { return };
    for stored in leads.iter_mut() {
        stored.counts.truncate(stored.counts.len().saturating_sub(pulse.length()));
    }
    let pulse::Pulse { before, high, after, height } = pulse;
    let message = format!(
        "the last {} samples of every lead are a pulse of calibration ({before} of 0, {high} of {height}, {after} of 0) and no ECG; they are cut off",
        pulse.length()
    );
    reading.note("parsedwaveforms", message);
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a float becomes the nearest number of its kind"
)]
fn layout(root: Element, element: Element, reading: &mut Reading) -> Result<Layout, Error> {
    let refuse = |what: &str, found: &str, expected: &str| {
        Err(Error::unsupported(reading.file, Place::Whole, format!("{what} {}", shown(found)), expected))
    };
    let signal = root.path(&["dataacquisition", "signalcharacteristics"]);
    let stated = |attribute: &str, names: &[&str]| {
        let beside = names.iter().find_map(|name| signal?.child_text(name));
        element.attribute(attribute).or(beside).and_then(number)
    };
    let encoding = element.attribute("dataencoding").unwrap_or("Base64").trim();
    let is_text = encoding.eq_ignore_ascii_case("Plain");
    if !is_text && !encoding.eq_ignore_ascii_case("Base64") {
        return refuse("the encoding", encoding, "Base64, or Plain");
    }
    let bits =
        stated("bitspersample", &["bitspersample"]).or_else(|| element.attribute("nbitspersample").and_then(number));
    if bits.is_some_and(|bits| bits != 16.0) && !is_text {
        return refuse("samples of another width", "bitspersample", "16 bits a sample");
    }
    let compression = element.attribute("compression").or_else(|| element.attribute("compressmethod"));
    let is_off = element.attribute("compressflag").is_some_and(|flag| flag.trim().eq_ignore_ascii_case("False"));
    let is_xli = match compression.map(str::trim).filter(|_| !is_off) {
        None | Some("") => false,
        Some(kind) if kind.eq_ignore_ascii_case("XLI") => true,
        Some(kind) if ["None", "Uncompressed"].iter().any(|none| kind.eq_ignore_ascii_case(none)) => false,
        Some(other) => return refuse("the compression", other, "XLI, or none"),
    };
    if is_text && is_xli {
        return refuse("samples in plain text with the compression", "XLI", "plain text without compression");
    }
    let rate = stated("samplespersecond", &["samplingrate"]);
    let resolution = stated("resolution", &["resolution", "signalresolution"]);
    let number_of_leads = stated("numberofleads", &["numberchannelsallocated"]);
    let duration = element.attribute("durationperchannel").and_then(number).filter(|duration| *duration > 0.0);
    if stated("signaloffset", &["signaloffset"]).is_some_and(|offset| offset != 0.0) {
        reading.note("parsedwaveforms", "a signaloffset that is not 0; it is not added to the samples");
    }
    let rate = reading.rate(rate)?;

    let labels = element.attribute("leadlabels").unwrap_or_default();
    let most = usize::try_from(reading.limits.leads).unwrap_or(usize::MAX).saturating_add(1);
    let mut labels: Vec<String> =
        labels.split_ascii_whitespace().take(most).map(|label| reading.label(label).1).collect();
    if labels.is_empty() {
        let count = number_of_leads.map_or(12, |count| count as usize).min(most);
        let standard = Lead::TWELVE.iter().map(|lead| lead.name().to_owned());
        labels = standard.chain((13..).map(|number| format!("lead {number}"))).take(count).collect();
    } else if number_of_leads.is_some_and(|count| count != labels.len() as f64) {
        reading.note("parsedwaveforms", format!("another number of leads is stated than the {} labels", labels.len()));
    }
    let samples = duration.map(|duration| (duration * rate / 1000.0).round() as u64);
    Ok(Layout { rate, resolution, labels, samples, is_xli, is_text })
}

/// Leads out of chunks, up to the first that is broken.
fn compressed(
    mut bytes: &[u8],
    layout: &Layout,
    file_bytes: usize,
    reading: &mut Reading,
) -> Result<Vec<Stored>, Error> {
    let mut left = MOST_EXPANDED.saturating_add(file_bytes as u64);
    let mut leads = Vec::new();
    let mut expanded = Vec::new();
    for label in &layout.labels {
        let Some(chunk) = xli::chunk(&mut bytes) else { break };
        // One sample more than stated: what is left of the last byte may look like a code.
        let needed = layout.samples.map_or(u64::MAX, |samples| samples.saturating_add(1));
        let most = usize::try_from(needed.min(left.div_euclid(2))).unwrap_or(usize::MAX);
        if !chunk.expands(most, &mut expanded) {
            let message =
                "its chunk is broken or holds more than the stated duration; it and the leads after it are left out";
            reading.data(in_lead(label), message);
            break;
        }
        let samples = expanded.len().div_ceil(2);
        left = left.saturating_sub((samples as u64).saturating_mul(2));
        reading.room(samples as u64)?;
        let mut counts = reading.reserve(samples as u64)?;
        chunk.samples(&expanded, &mut counts);
        if counts.is_empty() {
            break;
        }
        if let Some(stated) = layout.samples.filter(|stated| *stated != samples as u64) {
            reading.data(in_lead(label), format!("{stated} samples by the stated duration, {samples} are there"));
        }
        leads.push(Stored { lead: Lead::from_label(label), label: label.clone(), counts });
    }
    if leads.len() == layout.labels.len() {
        question_rest(bytes, layout, left, &mut expanded, reading);
    }
    Ok(leads)
}

/// Looks at what follows the last lead: devices store a chunk for each of 16 channels, of which those without a lead
/// hold the pulse of calibration and nothing else.
fn question_rest(mut bytes: &[u8], layout: &Layout, left: u64, expanded: &mut Vec<u8>, reading: &mut Reading) {
    let needed = layout.samples.map_or(u64::MAX, |samples| samples.saturating_add(1));
    let most = usize::try_from(needed.min(left.div_euclid(2))).unwrap_or(usize::MAX);
    let mut samples = Vec::new();
    for _ in 0..16 {
        let Some(chunk) = xli::chunk(&mut bytes).filter(|chunk| chunk.expands(most, expanded)) else { break };
        samples.clear();
        // No more than the bytes, which are bounded.
        chunk.samples(expanded, &mut samples);
        let mut levels = samples.iter().filter(|&&count| count != 0);
        let level = levels.next();
        if levels.any(|count| Some(count) != level) {
            reading.data("parsedwaveforms", "a lead without a label is stored; it is left out");
        }
    }
    if !bytes.is_empty() {
        reading.note("parsedwaveforms", format!("{} bytes after the last lead are passed over", bytes.len()));
    }
}

/// Leads out of numbers in text.
fn of_text(element: Element, layout: &Layout, reading: &mut Reading) -> Result<Vec<Stored>, Error> {
    let (mut counts, is_odd) = plain_text::counts(reading, element.text())?;
    if !element.is_whole() {
        // Where a text is cut, its last number may be.
        counts.pop();
    }
    if is_odd {
        let message = format!("the text is no whole number after {} samples; they end there", counts.len());
        reading.data("parsedwaveforms", message);
    }
    plain(&counts, layout, !element.is_whole() || is_odd, reading, |count| *count)
}

/// Leads one after another.
fn plain<T>(
    stored: &[T],
    layout: &Layout,
    is_cut: bool,
    reading: &mut Reading,
    count: impl Fn(&T) -> i16,
) -> Result<Vec<Stored>, Error> {
    let all = stored.len() as u64;
    let number = layout.labels.len() as u64;
    let stated = layout.samples.filter(|&samples| samples > 0);
    let fits = all.checked_rem(number) == Some(0);
    let each = match stated {
        // The bytes decide, unless some of them are missing.
        Some(stated) if is_cut || !fits => stated,
        _ if is_cut => return Ok(Vec::new()),
        _ => all.checked_div(number).unwrap_or(0),
    };
    if each == 0 || each > all {
        return Ok(Vec::new());
    }
    if stated.is_some_and(|stated| stated != each) {
        reading.data(
            "parsedwaveforms",
            format!("another duration is stated than that of the {each} samples of each lead"),
        );
    }
    if all > each.saturating_mul(number) {
        reading.data("parsedwaveforms", "samples after those of the stated duration are left out");
    }
    let length = usize::try_from(each).unwrap_or(usize::MAX);
    let mut leads = Vec::new();
    for (label, stored) in layout.labels.iter().zip(stored.chunks_exact(length)) {
        reading.room(each)?;
        let mut counts = reading.reserve(each)?;
        counts.extend(stored.iter().map(&count));
        leads.push(Stored { lead: Lead::from_label(label), label: label.clone(), counts });
    }
    Ok(leads)
}
