//! `--device`.

use anyhow::bail;
use burn::tensor::Device;

/// Where a network is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Choice {
    /// CUDA if it was built in, else Vulkan if it was built in, else the CPU
    Auto,
    /// The processor: the one place where a run is the same number for number when it is repeated
    Cpu,
    /// A graphics card by Vulkan (cargo feature `vulkan`)
    Vulkan,
    /// An NVIDIA card (cargo feature `cuda`)
    Cuda,
}

impl Choice {
    /// The device.
    pub fn open(self) -> anyhow::Result<Device> {
        match self {
            Choice::Cpu => Ok(Device::flex()),
            Choice::Auto => Ok(cuda().or_else(vulkan).unwrap_or_else(Device::flex)),
            Choice::Vulkan => match vulkan() {
                Some(device) => Ok(device),
                None => bail!("--device vulkan: this program was built without it; build with --features vulkan"),
            },
            Choice::Cuda => match cuda() {
                Some(device) => Ok(device),
                None => bail!("--device cuda: this program was built without it; build with --features cuda"),
            },
        }
    }
}

#[cfg(feature = "cuda")]
#[allow(clippy::unnecessary_wraps)]
fn cuda() -> Option<Device> {
    Some(Device::cuda(0))
}

#[cfg(not(feature = "cuda"))]
fn cuda() -> Option<Device> {
    None
}

#[cfg(feature = "vulkan")]
#[allow(clippy::unnecessary_wraps)]
fn vulkan() -> Option<Device> {
    Some(Device::vulkan(burn::tensor::DeviceKind::default()))
}

#[cfg(not(feature = "vulkan"))]
fn vulkan() -> Option<Device> {
    None
}
