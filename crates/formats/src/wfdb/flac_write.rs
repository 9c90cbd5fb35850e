//! A FLAC encoder for format 516 (RFC 9639): fixed predictors of order 0 to 4, Rice codes, blocks of 4096 samples, each
//! channel by itself. The checksum of the decoded samples (MD5) is left 0, which stands for "not computed".

/// Samples a channel of a block.
const BLOCK: usize = 4096;
/// Orders of the fixed predictors are 0 to this.
const HIGHEST_ORDER: usize = 4;
/// Rice parameters of four bits are 0 to this; 15 is an escape.
const HIGHEST_PARAMETER: u32 = 14;
/// A block is split into at most two to the power of this partitions.
const HIGHEST_PARTITION_ORDER: u32 = 5;
/// Channels of one stream.
pub(super) const MOST_CHANNELS: usize = 8;

/// Encodes up to eight channels of equal length, of samples of 16 bits.
pub(super) fn encode(channels: &[&[i32]], rate: f64) -> Vec<u8> {
    const BITS: u32 = 16;
    let samples = channels.first().map_or(0, |channel| channel.len());
    let mut out = Bits::default();
    out.bytes.extend(b"fLaC");
    // The last metadata block, of type 0 (stream information), of 34 bytes.
    out.put(0x80, 8);
    out.put(34, 24);
    out.put(BLOCK as u64, 16);
    out.put(BLOCK as u64, 16);
    out.put(0, 24);
    out.put(0, 24);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the value is within 20 bits")]
    out.put(rate.round().clamp(1.0, 655_350.0) as u64, 20);
    let channel_code = (channels.len() as u64).saturating_sub(1);
    out.put(channel_code, 3);
    out.put(u64::from(BITS.saturating_sub(1)), 5);
    out.put(samples as u64, 36);
    out.bytes.extend([0; 16]);

    let mut from = 0usize;
    let mut number = 0u64;
    while from < samples {
        let to = samples.min(from.saturating_add(BLOCK));
        let length = to.saturating_sub(from);
        let start = out.bytes.len();
        out.put(0xfff8, 16);
        out.put(if length == BLOCK { 0b1100 } else { 0b0111 }, 4);
        // The rate is that of the stream information.
        out.put(0, 4);
        out.put(channel_code, 4);
        out.put(0b100, 3);
        out.put(0, 1);
        out.put_number(number);
        if length != BLOCK {
            out.put((length as u64).saturating_sub(1), 16);
        }
        let head = crc8(out.bytes.get(start..).unwrap_or_default());
        out.put(u64::from(head), 8);
        for channel in channels {
            subframe(&mut out, channel.get(from..to).unwrap_or_default(), BITS);
        }
        out.fill_byte();
        let sum = crc16(out.bytes.get(start..).unwrap_or_default());
        out.put(u64::from(sum), 16);
        from = to;
        number = number.saturating_add(1);
    }
    out.bytes
}

/// One channel of a block: the cheapest of a constant, a predictor with its residual, and the samples as they are.
fn subframe(out: &mut Bits, samples: &[i32], bits: u32) {
    let first = samples.first().copied().unwrap_or(0);
    if samples.iter().all(|sample| *sample == first) {
        out.put(0, 8);
        out.put_signed(first, bits);
        return;
    }
    // The differences of order n are the residual of the predictor of order n.
    let mut residual: Vec<i32> = samples.to_vec();
    let mut best: Option<(u64, usize, Plan, Vec<i32>)> = None;
    for order in 0..=HIGHEST_ORDER.min(samples.len().saturating_sub(1)) {
        if order > 0 {
            residual = residual
                .windows(2)
                .map(|pair| {
                    let [before, after] = pair else { return 0 };
                    after.wrapping_sub(*before)
                })
                .collect();
        }
        let plan = Plan::best(&residual, samples.len(), order);
        let cost = plan.cost.saturating_add((order as u64).saturating_mul(u64::from(bits)));
        if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
            best = Some((cost, order, plan, residual.clone()));
        }
    }
    let as_they_are = (samples.len() as u64).saturating_mul(u64::from(bits));
    if let Some((_, order, plan, residual)) = best.filter(|(cost, ..)| *cost < as_they_are) {
        out.put((0b00_1000 | order as u64) << 1, 8);
        for sample in samples.iter().take(order) {
            out.put_signed(*sample, bits);
        }
        plan.write(out, &residual, samples.len(), order);
        return;
    }
    out.put(0b00_0001 << 1, 8);
    for sample in samples {
        out.put_signed(*sample, bits);
    }
}

/// How a residual is split and coded.
struct Plan {
    /// Two to the power of this partitions.
    order: u32,
    /// The Rice parameter of each.
    parameters: Vec<u32>,
    /// An upper bound of its bits.
    cost: u64,
}

impl Plan {
    fn best(residual: &[i32], length: usize, order: usize) -> Plan {
        let plan = |partition_order| {
            let mut plan = Plan { order: partition_order, parameters: Vec::new(), cost: 6 };
            for part in parts(residual, length, order, partition_order) {
                let sum: u64 = part.iter().map(|value| u64::from(folded(*value))).sum();
                let cost = |parameter: u32| {
                    let fixed = (part.len() as u64).saturating_mul(u64::from(parameter).saturating_add(1));
                    fixed.saturating_add(sum.wrapping_shr(parameter)).saturating_add(4)
                };
                let parameter = (0..=HIGHEST_PARAMETER).min_by_key(|parameter| cost(*parameter)).unwrap_or(0);
                plan.parameters.push(parameter);
                plan.cost = plan.cost.saturating_add(cost(parameter));
            }
            plan
        };
        let possible = (1..=HIGHEST_PARTITION_ORDER).filter(|partition_order| {
            let count = 1usize.wrapping_shl(*partition_order);
            length.checked_rem(count) == Some(0) && length.checked_div(count).unwrap_or(0) > order
        });
        let whole = plan(0);
        possible.map(plan).fold(whole, |best, plan| if plan.cost < best.cost { plan } else { best })
    }

    fn write(&self, out: &mut Bits, residual: &[i32], length: usize, order: usize) {
        out.put(0, 2);
        out.put(u64::from(self.order), 4);
        for (part, parameter) in parts(residual, length, order, self.order).zip(&self.parameters) {
            out.put(u64::from(*parameter), 4);
            for value in part {
                let value = folded(*value);
                let mut zeros = value.wrapping_shr(*parameter);
                while zeros > 0 {
                    let here = zeros.min(32);
                    out.put(0, here);
                    zeros = zeros.saturating_sub(here);
                }
                out.put(1, 1);
                let mask = 1u64.wrapping_shl(*parameter).saturating_sub(1);
                out.put(u64::from(value) & mask, *parameter);
            }
        }
    }
}

/// The partitions of a residual; the first lacks the samples that start the predictor.
fn parts(residual: &[i32], length: usize, order: usize, partition_order: u32) -> impl Iterator<Item = &[i32]> {
    let count = 1usize.wrapping_shl(partition_order);
    let each = length.checked_div(count).unwrap_or(length);
    (0..count).map(move |part| {
        let from = part.saturating_mul(each).saturating_sub(order);
        let to = part.saturating_add(1).saturating_mul(each).saturating_sub(order);
        residual.get(from..to).unwrap_or_default()
    })
}

/// 0, -1, 1, -2, ... as 0, 1, 2, 3, ...
fn folded(value: i32) -> u32 {
    (value.wrapping_shl(1) ^ value.wrapping_shr(31)).cast_unsigned()
}

/// Bits, the highest first.
#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    held: u64,
    count: u32,
}

impl Bits {
    /// Puts the lowest `bits` bits, at most 36.
    fn put(&mut self, value: u64, bits: u32) {
        self.held = self.held.wrapping_shl(bits) | value;
        self.count = self.count.saturating_add(bits);
        while self.count >= 8 {
            self.count = self.count.saturating_sub(8);
            let [byte, ..] = self.held.wrapping_shr(self.count).to_le_bytes();
            self.bytes.push(byte);
        }
        self.held &= 1u64.wrapping_shl(self.count).saturating_sub(1);
    }

    fn put_signed(&mut self, value: i32, bits: u32) {
        let mask = 1u64.wrapping_shl(bits).saturating_sub(1);
        self.put(u64::from(value.cast_unsigned()) & mask, bits);
    }

    /// A number as UTF-8 codes it, which RFC 9639 widens to 36 bits.
    fn put_number(&mut self, number: u64) {
        if number < 0x80 {
            self.put(number, 8);
            return;
        }
        // The first byte of `more` others holds 6 - `more` bits, below as many ones and a zero.
        let more = (1..=6u32).find(|more| number < 1u64.wrapping_shl(more.saturating_mul(5).saturating_add(6)));
        let more = more.unwrap_or(6);
        let ones = 0xff00u64.wrapping_shr(more.saturating_add(1)) & 0xff;
        self.put(ones | number.wrapping_shr(more.saturating_mul(6)), 8);
        for place in (0..more).rev() {
            self.put(0x80 | number.wrapping_shr(place.saturating_mul(6)) & 0x3f, 8);
        }
    }

    fn fill_byte(&mut self) {
        if self.count > 0 {
            self.put(0, 8u32.saturating_sub(self.count));
        }
    }
}

fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ byte, |sum: u8, _| sum.wrapping_shl(1) ^ if sum & 0x80 == 0 { 0 } else { 0x07 })
    })
}

fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |sum, byte| {
        (0..8).fold(sum ^ u16::from(*byte) << 8, |sum: u16, _| {
            sum.wrapping_shl(1) ^ if sum & 0x8000 == 0 { 0 } else { 0x8005 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::super::StorageFormat::F516;
    use super::super::flac::decode;
    use super::*;

    fn survives(channels: &[Vec<i32>]) -> usize {
        let slices: Vec<&[i32]> = channels.iter().map(Vec::as_slice).collect();
        let bytes = encode(&slices, 500.0);
        let (counts, damage) = decode("a", &bytes, F516, channels[0].len() as u64 + 9, channels.len()).unwrap();
        assert_eq!(damage, None);
        for (decoded, channel) in counts.iter().zip(channels) {
            assert_eq!(decoded.to_vec(), *channel);
        }
        bytes.len()
    }

    #[test]
    fn an_independent_decoder_gives_back_every_kind_of_signal() {
        let mut state = 1u32;
        let mut random = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            i32::from((state >> 16) as u16 as i16)
        };
        let noise: Vec<i32> = (0..10_000).map(|_| random()).collect();
        let extremes: Vec<i32> = (0..10_000).map(|place| if place % 2 == 0 { -32768 } else { 32767 }).collect();
        let wave: Vec<i32> =
            (0..10_000).map(|place| (f64::from(place) * 0.01).sin().mul_add(3e4, 0.5) as i32).collect();
        let spikes: Vec<i32> = (0..10_000).map(|place| if place % 997 == 0 { -32768 } else { place % 3 }).collect();
        let length = survives(&[noise, extremes, wave, spikes, vec![-32768; 10_000], vec![7; 10_000]]);
        assert!(length < 6 * 20_000, "{length}");
        for length in [1, 2, 3, 4, 5, 15, 16, 17, 4095, 4096, 4097] {
            survives(&[(0..length).map(|place| place * place % 1000).collect()]);
        }
    }

    #[test]
    fn a_smooth_signal_takes_a_small_part_of_its_bytes() {
        let wave: Vec<i32> = (0..40_960).map(|place| ((f64::from(place) * 0.02).sin() * 1000.0) as i32).collect();
        assert!(survives(&[wave]) < 40_960 * 2 / 4);
    }

    #[test]
    fn many_blocks_have_long_numbers() {
        // The number of the 2,049th block takes three bytes.
        survives(&[(0..2050 * 4096).map(|place| place >> 9 & 0xff).collect()]);
    }

    #[test]
    fn the_sums_are_those_of_the_standard() {
        assert_eq!((crc8(b"123456789"), crc16(b"123456789")), (0xf4, 0xfee8));
    }
}
