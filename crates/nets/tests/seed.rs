//! Alone in its program: Burn's random generator is one for all threads, so other tests would draw from it meanwhile.

use burn::tensor::Device;
use nets::Architecture;

#[test]
fn the_same_seed_draws_the_same_network_and_another_seed_another() {
    let device = Device::flex();
    for &architecture in Architecture::ALL {
        let draw = |seed| {
            device.seed(seed);
            architecture.init(5, &device).tensors()
        };
        let first = draw(42);
        assert!(draw(42) == first, "{architecture}");
        assert!(draw(43) != first, "{architecture}");
    }
}
