//! The plan gives what Burn gives.

mod support;

use burn::tensor::Device;
use nets::plan::Plan;
use nets::{Architecture, Error};
use support::{assert_same, host, input, input_tensor, network, parameters};

#[test]
fn the_plan_equals_burn_for_every_architecture() {
    let device = Device::flex();
    for &architecture in Architecture::ALL {
        for classes in [1, 5, 71] {
            let network = network(architecture, classes, &device);
            let plan = Plan::new(architecture, classes, &parameters(architecture, classes)).unwrap();
            let output = network.forward(input_tensor(architecture, 2, &device));
            let planned = plan.run(&input(2, architecture.input().samples), 2).unwrap();
            assert_same(&planned.logits, &host(output.logits.clone()), 1e-5);
            assert_eq!(planned.attention.is_some(), output.attention.is_some());
            if let (Some(planned), Some(attention)) = (&planned.attention, output.attention.clone()) {
                assert_same(&planned.beat, &host(attention.beat), 1e-5);
                assert_same(&planned.rhythm, &host(attention.rhythm), 1e-5);
                assert_same(&planned.lead, &host(attention.lead), 1e-5);
            }
            assert_eq!(planned.embeddings.is_some(), output.embeddings.is_some());
            if let (Some(planned), Some(embeddings)) = (&planned.embeddings, output.embeddings.clone()) {
                assert_same(planned, &host(embeddings), 1e-5);
            }
            assert_eq!(planned.features.is_some(), output.features.is_some());
            if let (Some(planned), Some(features)) = (&planned.features, output.features.clone()) {
                assert_same(planned, &host(features), 1e-5);
            }
            assert_eq!(plan.mergence().is_some(), network.mergence().is_some());
            if let (Some(planned), Some(mergence)) = (plan.mergence(), network.mergence()) {
                assert_same(planned, &host(mergence), 1e-6);
            }
            let class = classes - 1;
            let found = plan.class_activation(&planned, class);
            let expected = network.class_activation(&output, class);
            assert_eq!(found.is_some(), expected.is_some());
            if let (Some(found), Some(expected)) = (found, expected) {
                assert_same(&found, &host(expected), 1e-5);
            }
            assert!(plan.class_activation(&planned, classes).is_none());
        }
    }
}

#[test]
fn the_plan_gives_the_same_bits_each_time_and_in_any_batch() {
    for &architecture in Architecture::ALL {
        let plan = Plan::new(architecture, 5, &parameters(architecture, 5)).unwrap();
        let x = input(3, architecture.input().samples);
        let together = plan.run(&x, 3).unwrap();
        assert_eq!(together, plan.run(&x, 3).unwrap());
        let alone: Vec<f32> = x.chunks_exact(x.len() / 3).flat_map(|x| plan.run(x, 1).unwrap().logits).collect();
        assert_eq!(together.logits, alone);
    }
}

#[test]
fn wrong_tensors_and_wrong_inputs_are_errors_not_panics() {
    let architecture = Architecture::Resnet1dWang;
    let good = parameters(architecture, 5);
    assert!(matches!(Plan::new(architecture, 4, &good), Err(Error::Shape { .. })));
    assert!(matches!(Plan::new(Architecture::ImleNet, 5, &good), Err(Error::Missing { .. })));
    assert!(matches!(
        Plan::new(architecture, 5, &parameters(Architecture::Resnet1dWangLdm, 5)),
        Err(Error::Unknown { .. })
    ));
    let mut short = good.clone();
    short.get_mut("head.linear2.bias").unwrap().1.pop();
    assert!(matches!(Plan::new(architecture, 5, &short), Err(Error::Length { .. })));
    let plan = Plan::new(architecture, 5, &good).unwrap();
    assert!(matches!(plan.run(&[0.0; 100], 1), Err(Error::InputLength { .. })));
    assert!(plan.run(&[], 0).unwrap().logits.is_empty());
}
