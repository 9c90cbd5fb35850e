"""Times the reader that Python's users would take for each file, over the same files as `speed read`.

Reads lines of JSON on standard input (what `speed read` printed), prints for each a line with the reader's name and the
seconds of the quickest and the median reading, from the path to samples in physical units. A reader that fails on a file
says why instead. `cargo xtask bench --only formats` runs it.
"""

import io
import json
import statistics
import sys
import time
import warnings

warnings.filterwarnings("ignore")
SECONDS = 0.6
FEWEST = 3


def read_wfdb(paths):
    import wfdb

    return wfdb.rdrecord(paths[0].removesuffix(".hea"), smooth_frames=False).e_p_signal


def read_edf(paths):
    import pyedflib

    with pyedflib.EdfReader(paths[0]) as reader:
        return [reader.readSignal(signal) for signal in range(reader.signals_in_file)], reader.readAnnotations()


def read_dicom(paths):
    import pydicom
    from pydicom.waveforms import multiplex_array

    data = pydicom.dcmread(paths[0])
    return [multiplex_array(data, group) for group in range(len(data.WaveformSequence))]


def read_kit(paths):
    from ecgdatakit.parsing.parser import FileParser

    return FileParser().parse(paths[0])


def read_sierra(paths):
    import sierraecg

    return sierraecg.read_file(paths[0])


def read_matlab(paths):
    import scipy.io

    try:
        return scipy.io.loadmat(paths[0])
    except NotImplementedError:
        return read_hdf5(paths)


def read_hdf5(paths):
    import h5py

    found = []
    with h5py.File(paths[0]) as file:
        file.visititems(lambda _, item: found.append(item[()]) if isinstance(item, h5py.Dataset) else None)
    return found


def read_numpy(paths):
    import numpy

    loaded = numpy.load(paths[0])
    return {name: loaded[name] for name in loaded.files} if paths[0].endswith(".npz") else loaded


def read_csv(paths):
    import pandas

    with open(paths[0], "rb") as file:
        start = file.read(4096)
    encoding = "utf-16" if start[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    # Its quick engine needs to be told the separator; its own guess is slow.
    text = start.decode(encoding, errors="ignore")
    separator = max(",;\t", key=text.count)
    decimal = "," if separator != "," and text.count(",") > text.count(".") else "."
    return pandas.read_csv(paths[0], sep=separator, decimal=decimal, encoding=encoding)


def read_fhir(paths):
    import numpy

    def walk(value):
        if isinstance(value, dict):
            if "data" in value and "origin" in value:
                tokens = value["data"].split()
                numbers = numpy.array([float(token) if token not in ("E", "U", "L") else numpy.nan for token in tokens])
                yield float(value["origin"].get("value", 0)) + float(value.get("factor", 1)) * numbers
            for inner in value.values():
                yield from walk(inner)
        elif isinstance(value, list):
            for inner in value:
                yield from walk(inner)

    with open(paths[0], encoding="utf-8") as file:
        return list(walk(json.load(file)))


READERS = {
    "WFDB": ("wfdb", read_wfdb),
    "EDF": ("pyedflib", read_edf),
    "EDF+": ("pyedflib", read_edf),
    "BDF": ("pyedflib", read_edf),
    "BDF+": ("pyedflib", read_edf),
    "DICOM": ("pydicom", read_dicom),
    "SCP-ECG": ("ecgdatakit", read_kit),
    "HL7 aECG": ("ecgdatakit", read_kit),
    "GE MUSE": ("ecgdatakit", read_kit),
    "Mortara ELI": ("ecgdatakit", read_kit),
    "ISHNE": ("ecgdatakit", read_kit),
    "MFER": ("ecgdatakit", read_kit),
    "Philips Sierra": ("sierraecg", read_sierra),
    "MATLAB 4": ("scipy", read_matlab),
    "MATLAB 5": ("scipy", read_matlab),
    "MATLAB 7.3": ("h5py", read_hdf5),
    "HDF5": ("h5py", read_hdf5),
    "NumPy": ("numpy", read_numpy),
    "CSV": ("pandas", read_csv),
    "FHIR": ("json, numpy", read_fhir),
}


def measure(row):
    kind, paths = row["format"], row["files"]
    if kind not in READERS or paths[0].endswith((".zip", ".gz")):
        return {"reader": None}
    name, reader = READERS[kind]
    times = []
    try:
        start = time.perf_counter()
        while len(times) < FEWEST or time.perf_counter() - start < SECONDS:
            once = time.perf_counter()
            reader(paths)
            times.append(time.perf_counter() - once)
            if times[0] > 30:
                break
    except Exception as error:
        return {"reader": name, "failure": f"{type(error).__name__}: {error}"[:200]}
    return {"reader": name, "least_seconds": min(times), "median_seconds": statistics.median(times)}


def main():
    # Some readers print.
    out, sys.stdout = sys.stdout, io.StringIO()
    for line in sys.stdin:
        out.write(json.dumps(measure(json.loads(line))) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
