mod support;
use burn::tensor::{Device, Tensor, TensorData};
use nets::{Architecture, Network};
use nets::triplet::*;
use support::*;
#[test]
fn fd() {
    let device = Device::flex().autodiff();
    for e in [0.0, 1e-7, -1e-7, 2e-7, 1e-6, -1e-6] {
        let start = network(Architecture::ImleNet, 5, &device);
        let x = input_tensor(Architecture::ImleNet, 2, &device) * (1.0 + e);
        let labels: Tensor<2> = Tensor::from_data(TensorData::new(vec![1f32,0.,0.,1.,0.,0.,1.,0.,0.,1.], [2, 5]), &device);
        let l = start.forward(x).logits;
        let loss = (burn::tensor::activation::relu(l.clone()) - l.clone() * labels.clone() + (-l.abs()).exp().log1p()).mean();
        let grads = loss.backward();
        let Network::ImleNet(i) = &start else { panic!() };
        let n = |p: Vec<f32>| p.iter().map(|g| f64::from(g * g)).sum::<f64>().sqrt();
        println!("{e} {} {}", n(host(i.stem.weight.val().grad(&grads).unwrap())), n(host(i.blocks[0].conv1.weight.val().grad(&grads).unwrap())));
        let ldm = network(Architecture::Resnet1dWangLdm, 71, &device).without_dropout();
        let labels: Vec<f32> = uniform(60, 8 * 71).into_iter().map(|u| f32::from(u8::from(u < 0.25))).collect();
        let labels: Tensor<2> = Tensor::from_data(TensorData::new(labels, [8, 71]), &device);
        let x = input_tensor(Architecture::Resnet1dWangLdm, 8, &device) * (1.0 + e);
        let t = triplet_loss(ldm.forward(x).embeddings.unwrap(), &labels, 2.0, OneSided::Pull);
        println!("  {:?} {:?}", host(t.clone().mean()), &host(t)[..5]);
    }
}
