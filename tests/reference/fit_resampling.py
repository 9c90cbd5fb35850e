#!/usr/bin/env python3
"""The constants of `crates/signal/src/resample.rs`, made again from PTB-XL's pairs of 500 Hz and 100 Hz files.

PTB-XL publishes every recording at both rates and does not say how the one was made from the other. Fitted is a sinc
under a Kaiser window, by its cutoff, lead (samples of 500 Hz by which the 100 Hz file runs ahead), half width and beta, for the
least square of the difference over leads I, II, V1 to V6, half a second at both ends left out. Only folds 1-8
are fitted to. Fold 9 is a check of the finished constants. Fold 10 is not read into any figure.

    python3 -m venv VENV && VENV/bin/pip install numpy scipy zstandard
    VENV/bin/python fit_resampling.py --data DIR

DIR holds `ptb-xl/ptbxl100*.ecgpack`, `ptb-xl-500hz/ptbxl500*.ecgpack` (container ECGPACK1) and
`ptb-xl/ptbxl_v103_superclass.csv.xz` (columns ecg_id and strat_fold). It takes about two minutes on one core.
"""

import argparse
import csv
import glob
import io
import lzma
import os

import numpy as np
from ecgpack import read_pack
from scipy.optimize import minimize

RATIO = 5
REACH = 130  # 500 Hz samples to each side that the fit may look at
EDGE = 50  # 100 Hz samples left out at each end
LEADS = [0, 1, 6, 7, 8, 9, 10, 11]  # the other four limb leads are combinations of I and II
STATED = dict(cutoff=0.8916, lead=0.125, half_width=20.0, beta=5.7)  # what resample.rs holds


def read_pairs(folder):
    """Fold, 500 Hz counts [lead, sample] and 100 Hz counts of every record of release 1.0.3 that both packs hold."""
    (fine_path,) = glob.glob(os.path.join(folder, "ptb-xl-500hz", "ptbxl500*.ecgpack"))
    (coarse_path,) = glob.glob(os.path.join(folder, "ptb-xl", "ptbxl100*.ecgpack"))
    fine_ids, fine, fine_rate, fine_counts = read_pack(fine_path)
    coarse_ids, coarse, coarse_rate, coarse_counts = read_pack(coarse_path)
    # One count is one microvolt at either rate, so that the figures below are in microvolts.
    assert (fine_rate, coarse_rate, fine_counts, coarse_counts) == (500, 100, 1000.0, 1000.0)
    with lzma.open(os.path.join(folder, "ptb-xl", "ptbxl_v103_superclass.csv.xz")) as file:
        folds = {int(row["ecg_id"]): int(row["strat_fold"]) for row in csv.DictReader(io.TextIOWrapper(file))}
    at = {number: k for k, number in enumerate(coarse_ids.tolist())}
    for k, number in enumerate(fine_ids.tolist()):
        if folds.get(number, 10) != 10 and number in at:
            yield folds[number], fine[k], coarse[at[number]]


class Squares:
    """The square of the difference as a quadratic form in the kernel's weights: h A h - 2 h b + c, over `n` samples."""

    def __init__(self):
        size = 2 * REACH + 1
        self.a, self.b, self.c, self.n, self.records = np.zeros((size, size)), np.zeros(size), 0.0, 0, 0

    def add(self, fine, coarse):
        places = np.arange(EDGE, coarse.shape[1] - EDGE)
        spans = RATIO * places[:, None] + np.arange(-REACH, REACH + 1)
        for lead in LEADS:
            x, y = fine[lead].astype(float)[spans], coarse[lead, places].astype(float)
            self.a += x.T @ x
            self.b += x.T @ y
            self.c += y @ y
            self.n += len(y)
        self.records += 1

    def error(self, weights):
        """Root mean square difference in microvolts."""
        return np.sqrt(max(0.0, weights @ self.a @ weights - 2 * weights @ self.b + self.c) / self.n)


def kernel(cutoff, lead, half_width, beta):
    """Weights of the 500 Hz samples about a 100 Hz sample, as `Filter::weights` makes them (its units: see resample.rs)."""
    distance = np.arange(-REACH, REACH + 1) - lead * RATIO
    inside = np.clip(1 - (distance / (half_width * RATIO)) ** 2, 0, None)
    weights = np.where(inside > 0, np.sinc(cutoff / RATIO * distance) * np.i0(beta * np.sqrt(inside)), 0)
    return weights / weights.sum()


# How the 500 Hz course goes on before its first sample: arguments of numpy.pad. Of the end nothing can be learnt: the
# 500 Hz files hold their last value for about 0.1 s there, where the 100 Hz files show the heart.
WAYS = {
    "zeros": dict(mode="constant"),
    "the first value": dict(mode="edge"),
    "mirrored, the first once": dict(mode="reflect"),
    "mirrored, the first twice": dict(mode="symmetric"),
    "reflected about the first point": dict(mode="reflect", reflect_type="odd"),
}
BEGINNING = 20  # samples of 100 Hz


def error_at_beginning(pairs, weights, way):
    """Median over leads of the root mean square difference in microvolts over the first samples of 100 Hz."""
    errors = []
    for _, fine, coarse in pairs:
        course = np.pad(fine[LEADS].astype(float), ((0, 0), (REACH, REACH)), **way)
        spans = RATIO * np.arange(BEGINNING)[:, None] + np.arange(2 * REACH + 1)
        errors.extend(np.sqrt(((course[:, spans] @ weights - coarse[LEADS, :BEGINNING]) ** 2).mean(axis=1)))
    return np.median(errors)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", required=True)
    training, check = Squares(), Squares()
    pairs = list(read_pairs(arguments.parse_args().data))
    for fold, fine, coarse in pairs:
        (check if fold == 9 else training).add(fine, coarse)
    print(f"{training.records} pairs of folds 1-8, {check.records} of fold 9")

    fits = []
    for half_width in range(10, 26):
        found = minimize(
            lambda p: training.error(kernel(p[0], p[1], half_width, p[2])),
            [0.9, 0.125, 5.0],
            method="Nelder-Mead",
            options=dict(xatol=1e-6, fatol=1e-6, maxiter=600),
        )
        cutoff, lead, beta = found.x
        fits.append((found.fun, half_width))
        print(f"half width {half_width}: cutoff {cutoff:.5f}, lead {lead:.5f}, beta {beta:.4f}: {found.fun:.4f} uV")
    print(f"least: half width {min(fits)[1]}")

    # No kernel of this reach can do better on these folds, whatever its shape.
    free = np.linalg.solve(training.a + np.eye(len(training.b)) * np.trace(training.a) * 1e-9, training.b)
    print(f"free kernel of {len(free)} weights: {training.error(free):.4f} uV")
    stated = kernel(**STATED)
    print(f"{STATED}: folds 1-8 {training.error(stated):.4f} uV, fold 9 {check.error(stated):.4f} uV")
    unshifted = kernel(**dict(STATED, lead=0.0))
    print(f"the same without the lead: folds 1-8 {training.error(unshifted):.2f} uV")
    fitted_to = [pair for pair in pairs if pair[0] != 9]
    for name, way in WAYS.items():
        print(f"first 0.2 s, {name}: folds 1-8 {error_at_beginning(fitted_to, stated, way):.2f} uV (median of leads)")
    held = [len(fine[0]) - np.flatnonzero(np.diff(fine.astype(int), axis=1).any(axis=0))[-1] - 2 for _, fine, _ in fitted_to]
    print(f"held samples at the end of the 500 Hz files: {np.min(held)} to {np.max(held)}, median {np.median(held):.0f}")



if __name__ == "__main__":
    main()
