//! Small networks of one operation each, for every engine and its gradients.

use nets::graph::{
    Axis, Builder, Conv, DiagonalStateSpace, Eigenvalues, Graph, Place, Pool, PoolKind, Recurrent, ReduceKind, Shape,
    Start, StateSpace,
};

/// A network and how closely its gradients can be told, of the largest.
pub type Tried = (Graph, f32);

/// A network of one operation after a convolution that mixes the leads.
pub fn small(part: impl FnOnce(&mut Builder, Place) -> Place) -> Graph {
    let mut build = Builder::new("small", Shape::new(1, 21, 6));
    let x = build.input();
    let x = build.conv("first", x, Conv::new(12, 5));
    let y = part(&mut build, x);
    build.finish(y).unwrap()
}

/// Positions with three rows of four channels.
pub fn in_rows(build: &mut Builder, x: Place) -> Place {
    build.rearrange(x, "1 time (row channel) -> row time channel", &[("row", 3)])
}

/// Convolutions along time and over rows.
pub fn convolutions() -> Vec<Graph> {
    let along = [
        Conv::new(7, 3),
        Conv::new(8, 1).stride(3).no_bias(),
        Conv::new(9, 4).pads(1, 2),
        Conv::new(8, 3).dilation(3),
        Conv::new(12, 5).groups(12),
        Conv::new(12, 5).groups(12).stride(2).dilation(2),
        Conv::new(6, 3).groups(3),
        Conv::new(24, 7).groups(12).stride(2),
        Conv::new(5, 19),
        Conv::new(8, 2).pad(4).stride(4),
    ];
    let over = [
        Conv::over_rows(5, (3, 5)),
        Conv { stride: (2, 2), ..Conv::over_rows(8, (3, 7)) }.no_bias(),
        Conv { padding: [(0, 0), (1, 0)], ..Conv::over_rows(4, (2, 3)) },
    ];
    let along = along.into_iter().map(|conv| small(|build, x| build.conv("conv", x, conv)));
    let over = over.into_iter().map(|conv| {
        small(|build, x| {
            let rows = build.rearrange(x, "1 time (row channel) -> row time channel", &[("channel", 3)]);
            build.conv("conv", rows, conv)
        })
    });
    along.chain(over).collect()
}

/// Everything else that has a gradient and is no activation.
pub fn others() -> Vec<Tried> {
    let mut all = Vec::new();
    for pool in [
        Pool::new(PoolKind::Max, 3).stride(2).pad(1),
        Pool::new(PoolKind::Max, 2).ceil(),
        Pool::new(PoolKind::Mean, 2).ceil(),
        Pool::new(PoolKind::Mean, 3).stride(1).pad(1),
        Pool::new(PoolKind::MeanWithPadding, 3).stride(2).pad(1),
    ] {
        all.push((small(|build, x| build.pool(x, pool)), 1e-4));
    }
    for axis in [Axis::Rows, Axis::Length, Axis::Channels] {
        for kind in [ReduceKind::Max, ReduceKind::Mean, ReduceKind::Sum] {
            let reduced = |build: &mut Builder, x| {
                let x = in_rows(build, x);
                build.reduce(kind, axis, x)
            };
            all.push((small(reduced), 1e-4));
        }
        let softmax = |build: &mut Builder, x| {
            let x = in_rows(build, x);
            build.softmax(axis, x)
        };
        let twice = |build: &mut Builder, x| {
            let x = in_rows(build, x);
            build.concat(axis, &[x, x])
        };
        all.extend([(small(softmax), 1e-4), (small(twice), 1e-4)]);
        for places in [vec![2, 0, 1], vec![2, 0, 2], vec![1, 2]] {
            let picked = |build: &mut Builder, x| {
                let x = in_rows(build, x);
                build.pick(axis, x, places)
            };
            all.push((small(picked), 1e-4));
        }
    }
    all.push((small(|build, x| build.layer_norm("norm", x)), 2e-4));
    all.push((small(|build, x| build.upsample(x, 3)), 1e-4));
    let over_rows = |build: &mut Builder, x| {
        let rows = in_rows(build, x);
        build.row_linear("rows", rows, 4)
    };
    all.push((small(over_rows), 1e-4));
    for layer in [
        Recurrent::lstm(5),
        Recurrent::lstm(5).both_ways().one_bias(),
        Recurrent::gru(8),
        Recurrent::gru(3).both_ways(),
    ] {
        all.push((small(|build, x| build.recurrent("layer", x, layer)), 2e-4));
    }
    for both_ways in [false, true] {
        all.push((small(|build, x| build.state_space("space", x, StateSpace { both_ways })), 5e-4));
    }
    for (both_ways, eigenvalues) in [(false, Eigenvalues::Linear), (true, Eigenvalues::Legs)] {
        let space = DiagonalStateSpace { both_ways, eigenvalues };
        all.push((small(|build, x| build.diagonal_state_space("space", x, space)), 5e-4));
    }
    let attention = |build: &mut Builder, x| {
        let code = build.table("code", Shape::new(1, 21, 12), Start::Normal(0.2));
        let x = build.sum(x, code);
        let (query, key, value) = (build.linear("q", x, 12), build.linear("k", x, 12), build.linear("v", x, 12));
        let scores = build.scores(query, key, 3, 0.5);
        let scores = build.softmax(Axis::Channels, scores);
        build.output("scores", scores);
        build.mix(scores, value, 3)
    };
    all.push((small(attention), 2e-4));
    all
}
