//! Our networks give the numbers of the authors' code.

mod support;

use burn::tensor::Device;
use nets::Architecture;
use nets::heat::{HeatRule, heat, normalise};
use support::{assert_close, assert_same, golden, host, input_tensor, network, numbers};

#[test]
fn the_generator_is_the_one_of_the_fixtures() {
    let u: Vec<f32> = support::uniform(0, 3).into_iter().map(|u| u as f32).collect();
    assert_close(&u, &[0.88331081, 0.43152800, 0.02643377], 1e-7);
    let u: Vec<f32> = support::uniform(1, 3).into_iter().map(|u| u as f32).collect();
    assert_close(&u, &[0.17601256, 0.45906731, 0.52521871], 1e-7);
}

#[test]
fn parameter_counts_are_the_published_ones() {
    use Architecture::{ImleNet, Resnet1dWang, Resnet1dWangLdm};
    let counts = [
        (ImleNet, 5, 746_725),
        (ImleNet, 3, 746_467),
        (Resnet1dWang, 71, 481_863),
        (Resnet1dWang, 44, 478_380),
        (Resnet1dWang, 23, 475_671),
        (Resnet1dWang, 19, 475_155),
        (Resnet1dWang, 12, 474_252),
        (Resnet1dWang, 5, 473_349),
        (Resnet1dWangLdm, 71, 671_078),
        (Resnet1dWangLdm, 44, 594_452),
        (Resnet1dWangLdm, 23, 535_862),
        (Resnet1dWangLdm, 19, 524_802),
        (Resnet1dWangLdm, 12, 505_524),
        (Resnet1dWangLdm, 5, 486_344),
    ];
    for (architecture, classes, count) in counts {
        assert_eq!(architecture.parameters(classes), count, "{architecture} with {classes} labels");
        let network = architecture.init(classes, &Device::flex());
        let trainable: usize = network
            .shapes()
            .iter()
            .filter(|(name, _)| !name.contains("running_"))
            .map(|(_, shape)| shape.iter().product::<usize>())
            .sum();
        assert_eq!(trainable, count, "{architecture} with {classes} labels, as built");
        assert_eq!((network.architecture(), network.classes()), (architecture, classes));
    }
}

#[test]
fn multiply_adds_are_the_published_ones() {
    let millions = |architecture: Architecture, classes| architecture.multiply_adds(classes) as f64 / 1e6;
    assert!((millions(Architecture::ImleNet, 5) - 2605.0).abs() < 1.0, "{}", millions(Architecture::ImleNet, 5));
    assert!((millions(Architecture::Resnet1dWang, 71) - 63.22).abs() < 0.01);
    assert!((millions(Architecture::Resnet1dWangLdm, 71) - 63.37).abs() < 0.01);
}

#[test]
fn imle_net_gives_the_authors_probabilities_and_attention() {
    let golden = golden("imle_net");
    let device = Device::flex();
    let output = network(Architecture::ImleNet, 5, &device).forward(input_tensor(Architecture::ImleNet, 2, &device));
    assert_close(&host(burn::tensor::activation::sigmoid(output.logits)), &numbers(&golden["probabilities"]), 1e-5);
    let attention = output.attention.unwrap();
    let (beat, rhythm, lead) = (host(attention.beat), host(attention.rhythm), host(attention.lead));
    assert_close(&beat[..13], &numbers(&golden["beat_att_record0_lead0_seg0"]), 1e-5);
    assert_close(&beat[239 * 13..240 * 13], &numbers(&golden["beat_att_record0_lead11_seg19"]), 1e-5);
    assert_close(&rhythm[..20], &numbers(&golden["rhythm_att_record0_lead0"]), 1e-5);
    assert_close(&lead, &numbers(&golden["channel_att"]), 1e-5);

    let heats = &golden["heat_record0"];
    let points: Vec<usize> = numbers(&heats["points_lead_sample"])
        .chunks_exact(2)
        .map(|point| point[0] as usize * 1000 + point[1] as usize)
        .collect();
    for (rule, name) in
        [(HeatRule::Released, "beat_x_channel_minmax"), (HeatRule::MultiLevel, "beat_x_rhythm_x_channel_minmax")]
    {
        let mut heat = heat(&beat[..240 * 13], &rhythm[..240], &lead[..12], rule).unwrap();
        normalise(&mut heat);
        let found: Vec<f32> = points.iter().map(|&point| heat[point]).collect();
        assert_close(&found, &numbers(&heats[name]), 1e-4);
    }
}

#[test]
fn resnet1d_wang_gives_the_benchmarks_logits() {
    let device = Device::flex();
    let architecture = Architecture::Resnet1dWang;
    let output = network(architecture, 71, &device).forward(input_tensor(architecture, 2, &device));
    assert_close(&host(output.logits), &numbers(&golden("resnet1d_wang")["logits"]), 1e-5);
    assert_eq!(output.features.unwrap().dims(), [2, 128, 63]);
}

#[test]
fn label_decoupling_gives_the_authors_logits_and_embeddings() {
    let golden = golden("label_decoupling");
    let device = Device::flex();
    let architecture = Architecture::Resnet1dWangLdm;
    let output = network(architecture, 71, &device).forward(input_tensor(architecture, 2, &device));
    assert_close(&host(output.logits), &numbers(&golden["logits"]), 1e-5);
    let embeddings = output.embeddings.unwrap();
    for (class, name) in [(0, "embedding_class0"), (70, "embedding_class70")] {
        let found = host(embeddings.clone().narrow(1, class, 1));
        assert_close(&found, &numbers(&golden[name]), 1e-5);
    }
}

#[test]
fn a_batch_gives_what_its_rows_give_alone() {
    let device = Device::flex();
    for &architecture in Architecture::ALL {
        let network = network(architecture, 5, &device);
        let x = input_tensor(architecture, 3, &device);
        let together = host(network.forward(x.clone()).logits);
        for row in 0..3 {
            let alone = host(network.forward(x.clone().narrow(0, row, 1)).logits);
            assert_same(&together[row * 5..(row + 1) * 5], &alone, 1e-5);
        }
    }
}

#[test]
fn tensors_taken_out_and_put_into_another_network_give_the_same_output() {
    let device = Device::flex();
    for &architecture in Architecture::ALL {
        let first = architecture.init(5, &device);
        let second = architecture.init(5, &device);
        let x = input_tensor(architecture, 1, &device);
        let expected = host(first.forward(x.clone()).logits);
        assert_ne!(host(second.forward(x.clone()).logits), expected, "{architecture}: two draws are equal");
        let second = second.with_tensors(&first.tensors()).unwrap();
        assert_eq!(host(second.forward(x).logits), expected, "{architecture}");
    }
}

#[test]
fn tensors_of_another_label_set_or_network_are_refused_by_name() {
    let device = Device::flex();
    let network = |classes| Architecture::Resnet1dWang.init(classes, &device);
    let five = network(5).tensors();
    let error = network(3).with_tensors(&five).unwrap_err();
    assert!(matches!(&error, nets::Error::Shape { name, .. } if name == "head.linear2.weight"), "{error}");
    let mut fewer = five.clone();
    fewer.remove("backbone.stem.weight");
    assert!(matches!(network(5).with_tensors(&fewer).unwrap_err(), nets::Error::Missing { .. }));
    let mut more = five;
    more.insert("extra".to_owned(), (vec![1], vec![0.0]));
    assert!(
        matches!(network(5).with_tensors(&more).unwrap_err(), nets::Error::Unknown { name, .. } if name == "extra")
    );
}

#[test]
fn a_network_that_is_loaded_without_being_drawn_is_the_one_that_was_drawn_and_overwritten() {
    let device = Device::flex();
    for architecture in Architecture::ALL {
        let tensors = support::parameters(*architecture, 3);
        let loaded = architecture.load(3, &device, &tensors).unwrap();
        assert_eq!(loaded.tensors(), tensors);
        let x = input_tensor(*architecture, 1, &device);
        let drawn = architecture.init(3, &device).with_tensors(&tensors).unwrap();
        assert_eq!(host(loaded.forward(x.clone()).logits), host(drawn.forward(x).logits));
        assert!(architecture.load(4, &device, &tensors).is_err());
    }
}
