"""Files of other libraries for our readers, and our writers' files for theirs.

    python generate_and_compare.py generate FOLDER --seed 1 --cases 4
    python generate_and_compare.py compare FOLDER

`generate` writes files with random parameters by wfdb-python (WFDB), pyedflib (EDF+, BDF+), pydicom (DICOM waveforms) and
fhir.resources (FHIR, as JSON and as XML) into FOLDER, and FOLDER/expected.json: what these libraries read from them. `compare`
reads FOLDER/expected.json, which our own test writes beside the files of our writers, and compares it with what wfdb-python,
pyedflib, edfio, pydicom, fhir.resources (which also validates), Python's csv module and, for aECG, Python's own XML reader with
the paths of HL7's schema give; a difference is printed and makes the exit status 1. `crates/formats/tests/against_python.rs` runs both.

expected.json is {"cases": [case, ...]}; a case has
    name, format, files (names in FOLDER, the leading one first),
    leads: name, rate, n, counts_sha256 (of the counts as little-endian i32; missing samples count as 0), missing (how many),
           unit, first8 (physical values in that unit, null where missing) and, of our writers' files, step (of one count),
           baseline (its count of zero), ranges (missing samples as [from, to]),
    annotations: [seconds, text] each, in order of time.
"""

import argparse
import csv
import datetime
import hashlib
import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

import edfio
import numpy as np
import pydicom
import pyedflib
import wfdb
from fhir.resources import observation as fhir_r5
from fhir.resources.R4B import bundle as fhir_r4b_bundle
from fhir.resources.R4B import observation as fhir_r4b
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, generate_uid

LEADS = ["I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"]


def sha256(counts, missing=None):
    """The hash of counts, missing ones as 0."""
    counts = np.asarray(counts).astype("<i4")
    if missing is not None:
        counts = np.where(missing, 0, counts).astype("<i4")
    return hashlib.sha256(counts.tobytes()).hexdigest()


def lead(name, rate, counts, values, unit, missing=None):
    """What is expected of one lead."""
    missing = np.zeros(len(counts), bool) if missing is None else missing
    first = [None if gone else float(value) for value, gone in zip(values[:8], missing[:8])]
    return {
        "name": name,
        "rate": float(rate),
        "n": len(counts),
        "counts_sha256": sha256(counts, missing),
        "missing": int(missing.sum()),
        "unit": unit,
        "first8": first,
    }


# WFDB by wfdb-python.

WFDB_BITS = {"80": 8, "212": 12, "16": 16, "24": 24, "32": 32, "508": 8, "516": 16, "524": 24}


def wave(random, n, low, high):
    """Counts like a signal's: a sum of waves with noise, somewhere within the range, at times over all of it."""
    if random.random() < 0.3:
        return random.integers(low, high, n, endpoint=True)
    span = (high - low) / 2
    time = np.arange(n)
    values = np.sin(time * random.uniform(0.001, 0.3)) * random.uniform(0.05, 0.8) + random.normal(0, 0.02, n)
    return np.clip(np.round((low + high) / 2 + values * span), low, high).astype(np.int64)


def generate_wfdb(random, folder, number, storage):
    name = f"wfdb{number}_{storage}"
    leads = int(random.integers(1, 9 if storage.startswith("5") else 13))
    bits = WFDB_BITS[storage]
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    frames = int(random.integers(1, 3000)) * (1 if random.random() < 0.5 else 2)
    rate = float(random.choice([100, 125, 250, 360, 500, 1000, 62.4725, 257]))
    each = [1] * leads
    same = storage.startswith("5")
    if random.random() < 0.4:
        each = [int(random.integers(1, 5))] * leads if same else [int(random.integers(1, 5)) for _ in range(leads)]
    counts = [wave(random, frames * per_frame, low + 1, high) for per_frame in each]
    for one in counts:
        if random.random() < 0.5:
            for _ in range(int(random.integers(1, 6))):
                begin = int(random.integers(0, len(one)))
                one[begin : begin + int(random.integers(1, 50))] = low
    gains = [float(random.choice([1.0, 10.0, 200.0, 204.8, 1000.0, 33.3])) for _ in range(leads)]
    baselines = [int(random.integers(-50, 50)) for _ in range(leads)]
    units = [str(random.choice(["mV", "uV"])) for _ in range(leads)]
    names = LEADS[:leads]
    wfdb.wrsamp(
        name,
        fs=rate,
        units=units,
        sig_name=names,
        e_d_signal=counts,
        samps_per_frame=each,
        fmt=[storage] * leads,
        adc_gain=gains,
        baseline=baselines,
        base_date=datetime.date(2001, 2, 3),
        base_time=datetime.time(4, 5, 6),
        write_dir=str(folder),
    )
    ticks = np.unique(random.integers(0, frames + 100_000, int(random.integers(1, 40))))
    symbols = [str(random.choice(["N", "V", "A", "L", "+", '"'])) for _ in ticks]
    notes = [f"note {tick}" if symbol in '+"' else "" for tick, symbol in zip(ticks, symbols)]
    wfdb.wrann(name, "atr", ticks, symbol=symbols, aux_note=notes, write_dir=str(folder))

    record = wfdb.rdrecord(str(folder / name), physical=False, smooth_frames=False)
    physical = wfdb.rdrecord(str(folder / name), physical=True, smooth_frames=False)
    for index in range(leads):
        assert np.array_equal(record.e_d_signal[index], counts[index]), f"{name}: wfdb-python reads other counts than it wrote"
    marks = wfdb.rdann(str(folder / name), "atr")
    return {
        "name": name,
        "format": "WFDB",
        "files": [f"{name}.hea", *dict.fromkeys(record.file_name), f"{name}.atr"],
        "leads": [
            lead(
                names[index],
                rate * each[index],
                record.e_d_signal[index],
                physical.e_p_signal[index],
                units[index],
                record.e_d_signal[index] == low,
            )
            for index in range(leads)
        ],
        "annotations": [
            [float(tick / rate), " ".join([symbol, note]).strip()]
            for tick, symbol, note in zip(marks.sample, marks.symbol, marks.aux_note)
        ],
    }


# EDF+ and BDF+ by pyedflib.


def generate_edf(random, folder, number, bits):
    wide = bits == 24
    name = f"edf{number}.{'bdf' if wide else 'edf'}"
    kind = pyedflib.FILETYPE_BDFPLUS if wide else pyedflib.FILETYPE_EDFPLUS
    leads = int(random.integers(1, 13))
    seconds = int(random.integers(1, 12))
    highest = 2 ** (bits - 1) - 1
    rates = [int(random.choice([1, 50, 100, 128, 250, 500, 1000])) for _ in range(leads)]
    counts, headers = [], []
    for index in range(leads):
        low = int(random.integers(-highest - 1, -1))
        high = int(random.integers(1, highest))
        edge = float(random.choice([1.0, 3.2768, 5.0, 400.0, 1638.4]))
        ends = (-edge, edge) if random.random() < 0.8 else (edge, -edge)
        counts.append(wave(random, rates[index] * seconds, low, high).astype(np.int32))
        headers.append(
            {
                "label": f"ECG {LEADS[index]}",
                "dimension": str(random.choice(["mV", "uV"])),
                "sample_frequency": rates[index],
                "physical_min": ends[0],
                "physical_max": ends[1],
                "digital_min": low,
                "digital_max": high,
                "transducer": "",
                "prefilter": "",
            }
        )
    path = str(folder / name)
    with pyedflib.EdfWriter(path, leads, file_type=kind) as writer:
        writer.setSignalHeaders(headers)
        writer.setStartdatetime(datetime.datetime(2005, 6, 7, 8, 9, 10))
        writer.setPatientName("Nobody")
        writer.writeSamples(counts, digital=True)
        for _ in range(int(random.integers(0, 6))):
            writer.writeAnnotation(round(float(random.uniform(0, seconds)), 3), -1, f"märk {random.integers(100)}")
    with pyedflib.EdfReader(path) as reader:
        onsets, _, texts = reader.readAnnotations()
        expected = []
        for index in range(leads):
            found = reader.readSignal(index, digital=True)
            assert np.array_equal(found, counts[index]), f"{name}: pyedflib reads other counts than it wrote"
            values = reader.readSignal(index)
            rate = reader.getSampleFrequency(index)
            expected.append(lead(reader.getLabel(index), rate, found, values, reader.getPhysicalDimension(index)))
        marks = sorted(([float(onset), text] for onset, text in zip(onsets, texts)), key=lambda mark: mark[0])
    return {
        "name": name,
        "format": "BDF+" if wide else "EDF+",
        "files": [name],
        "leads": expected,
        "annotations": marks,
    }


# DICOM waveforms by pydicom.


def generate_dicom(random, folder, number, bits):
    name = f"dicom{number}_{bits}.dcm"
    n = int(random.integers(10, 5000))
    rate = int(random.choice([250, 500, 1000]))
    counts = np.stack([wave(random, n, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1) for _ in LEADS], axis=1)
    group = Dataset()
    group.MultiplexGroupTimeOffset = 0
    group.WaveformOriginality = "ORIGINAL"
    group.NumberOfWaveformChannels = len(LEADS)
    group.NumberOfWaveformSamples = n
    group.SamplingFrequency = rate
    group.MultiplexGroupLabel = "RHYTHM"
    group.ChannelDefinitionSequence = []
    units = str(random.choice(["uV", "mV"]))
    for code, label in zip([1, 2, 61, 62, 63, 64, 3, 4, 5, 6, 7, 8], LEADS):
        source = Dataset()
        source.CodeValue = f"2:{code}"
        source.CodingSchemeDesignator = "MDC"
        source.CodeMeaning = f"Lead {label}"
        unit = Dataset()
        unit.CodeValue = units
        unit.CodingSchemeDesignator = "UCUM"
        unit.CodeMeaning = "microvolt" if units == "uV" else "millivolt"
        channel = Dataset()
        channel.ChannelSourceSequence = [source]
        channel.ChannelSensitivity = round(float(random.uniform(0.1, 9.9)), 4)
        channel.ChannelSensitivityUnitsSequence = [unit]
        channel.ChannelSensitivityCorrectionFactor = float(random.choice([1.0, 1.0, 4.88, 0.5]))
        channel.ChannelBaseline = float(random.choice([0.0, 0.0, 12.5, -3.0]))
        channel.ChannelSampleSkew = 0
        channel.WaveformBitsStored = bits
        group.ChannelDefinitionSequence.append(channel)
    group.WaveformBitsAllocated = bits
    group.WaveformSampleInterpretation = {8: "SB", 16: "SS", 32: "SL"}[bits]
    group.WaveformData = counts.astype({8: "i1", 16: "<i2", 32: "<i4"}[bits]).tobytes()

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.9.1.1"
    meta.MediaStorageSOPInstanceUID = generate_uid()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian if random.random() < 0.5 else ImplicitVRLittleEndian
    file = FileDataset(str(folder / name), {}, file_meta=meta, preamble=b"\0" * 128)
    file.SOPClassUID = meta.MediaStorageSOPClassUID
    file.SOPInstanceUID = meta.MediaStorageSOPInstanceUID
    file.Modality = "ECG"
    file.StudyDate = file.ContentDate = "20050607"
    file.AcquisitionDateTime = "20050607080910"
    file.PatientName = "Nobody"
    file.PatientID = "0"
    file.WaveformSequence = [group]
    file.save_as(folder / name, enforce_file_format=True)

    values = pydicom.dcmread(folder / name).waveform_array(0)
    leads = [lead(label, rate, counts[:, index], values[:, index], units) for index, label in enumerate(LEADS)]
    return {"name": name, "format": "DICOM", "files": [name], "leads": leads, "annotations": []}


# FHIR by fhir.resources, which validates what it is given and writes both syntaxes.


def generate_fhir(random, folder, number, release, syntax):
    """An Observation: of R5 with intervals, or of R4B with periods, every second one in a Bundle with its Patient."""
    name = f"fhir{number}_{release}.{syntax}"
    unit = str(random.choice(["uV", "mV"]))
    components, leads = [], []
    for label in LEADS[: int(random.integers(1, 13))]:
        n = int(random.integers(1, 2000))
        step = float(random.choice([1.0, 2.0, 4.0, 0.5, 8.0]))
        counts = wave(random, n, -(2**15), 2**15 - 1)
        missing = random.random(n) < (0.02 if random.random() < 0.5 else 0.0)
        tokens = [str(random.choice(["E", "U", "L"])) if gone else str(count) for count, gone in zip(counts, missing)]
        factor, origin = float(random.choice([1.0, 0.005, 4.88, 0.25])), float(random.choice([0.0, -3.5, 120.0]))
        sampled = {
            "origin": {"value": origin, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
            "factor": factor,
            "dimensions": 1,
            "data": " ".join(tokens),
        }
        sampled |= {"interval": step, "intervalUnit": "ms"} if release == "R5" else {"period": step}
        coding = {"system": "urn:oid:2.16.840.1.113883.6.24", "code": "0", "display": f"MDC_ECG_ELEC_POTL_{label.upper()}"}
        components.append({"code": {"coding": [coding]}, "valueSampledData": sampled})
        # Which of the marks stands for a gap makes no difference to a sample.
        leads.append(lead(f"MDC_ECG_ELEC_POTL_{label.upper()}", 1000 / step, counts, origin + factor * counts, unit, missing))
    content = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"text": "ECG <rest> & \u00fc"},
        "subject": {"reference": "Patient/p"},
        "effectiveDateTime": "2024-01-01T12:00:00Z",
        "component": components,
    }
    if release == "R4B" and number % 2:
        patient = {"resourceType": "Patient", "id": "p", "gender": "female", "birthDate": "1970-01-02"}
        content = {
            "resourceType": "Bundle",
            "type": "collection",
            "entry": [{"fullUrl": "http://a/Patient/p", "resource": patient}, {"fullUrl": "http://a/Observation/o", "resource": content}],
        }
        resource = fhir_r4b_bundle.Bundle.model_validate(content)
    else:
        resource = (fhir_r5 if release == "R5" else fhir_r4b).Observation.model_validate(content)
    written = resource.model_dump_xml() if syntax == "xml" else resource.model_dump_json()
    (folder / name).write_bytes(written if isinstance(written, bytes) else written.encode())
    return {"name": name, "format": "FHIR", "files": [name], "leads": leads, "annotations": []}


def generate(folder, seed, cases):
    random = np.random.default_rng(seed)
    expected = []
    for number in range(cases):
        for storage in WFDB_BITS:
            expected.append(generate_wfdb(random, folder, number, storage))
        for bits in (16, 24):
            expected.append(generate_edf(random, folder, f"{number}_{bits}", bits))
        for bits in (8, 16, 32):
            expected.append(generate_dicom(random, folder, number, bits))
        for release in ("R4B", "R5"):
            for syntax in ("json", "xml"):
                expected.append(generate_fhir(random, folder, number, release, syntax))
    (folder / "expected.json").write_text(json.dumps({"cases": expected}))
    print(f"{len(expected)} cases")


# Our writers' files.


class Difference(Exception):
    """What the other library reads is not what was written."""


def check(what, found, expected):
    if found != expected:
        raise Difference(f"{what}: {found!r} is not {expected!r}")


def check_lead(expected, name, rate, counts, values, unit):
    """One lead of a file against what was written; the file may be longer where it fills up."""
    what = expected["name"]
    check(f"{what}: name", name, what)
    if abs(rate / expected["rate"] - 1) > 1e-6:
        raise Difference(f"{what}: {rate} Hz is not {expected['rate']} Hz")
    n = expected["n"]
    if len(counts) < n:
        raise Difference(f"{what}: {len(counts)} samples are not {n}")
    missing = np.zeros(n, bool)
    for begin, end in expected["ranges"]:
        missing[begin:end] = True
    check(f"{what}: counts", sha256(np.asarray(counts)[:n], missing), expected["counts_sha256"])
    # A voltage may have changed its unit.
    factor = {("uV", "mV"): 1e-3, ("mV", "uV"): 1e3, ("nV", "uV"): 1e-3, ("V", "mV"): 1e3}.get((unit, expected["unit"]), 1.0)
    for value, first in zip(values, expected["first8"]):
        if first is not None and abs(value * factor - first) > 0.11 * abs(expected["step"]) + 2e-6 * abs(first):
            raise Difference(f"{what}: {value * factor} {unit} is not {first}")


def check_marks(found, expected):
    """Annotations by time and text."""
    check("number of annotations", len(found), len(expected))
    for (time, text), (stated, words) in zip(sorted(found), sorted(map(tuple, expected))):
        if abs(time - stated) > 1e-6 or text != words:
            raise Difference(f"annotation {time} {text!r} is not {stated} {words!r}")


def compare_wfdb(folder, case):
    name = case["files"][0].removesuffix(".hea")
    record = wfdb.rdrecord(str(folder / name), physical=False, smooth_frames=False)
    physical = wfdb.rdrecord(str(folder / name), physical=True, smooth_frames=False)
    check("number of leads", record.n_sig, len(case["leads"]))
    for index, expected in enumerate(case["leads"]):
        counts, values = record.e_d_signal[index], physical.e_p_signal[index]
        check(f"{expected['name']}: samples", len(counts), expected["n"])
        check(f"{expected['name']}: missing", int(np.isnan(values).sum()), expected["missing"])
        rate = record.fs * record.samps_per_frame[index]
        check_lead(expected, record.sig_name[index], rate, counts, values, record.units[index])
        sum16 = int(np.sum(counts.astype(np.int64))) & 0xFFFF
        check(f"{expected['name']}: checksum", record.checksum[index] & 0xFFFF, sum16)
    if case["annotations"]:
        marks = wfdb.rdann(str(folder / name), "atr")
        found = [
            (tick / record.fs, " ".join([symbol, note]).strip())
            for tick, symbol, note in zip(marks.sample, marks.symbol, marks.aux_note)
        ]
        check_marks(found, [[round(time * record.fs) / record.fs, text] for time, text in case["annotations"]])


OURS = ("No samples@@", "Recording ends")


def compare_edf(folder, case):
    """By pyedflib, which reads no gaps, where there are none; by edfio in any case."""
    path = str(folder / case["files"][0])
    with open(path, "rb") as file:
        head = file.read(256)
    gaps = head[192:197].endswith(b"+D")
    is_bdf = head[:1] == b"\xff"
    if not gaps:
        with pyedflib.EdfReader(path) as reader:
            check("number of leads", reader.signals_in_file, len(case["leads"]))
            for index, expected in enumerate(case["leads"]):
                counts, values = reader.readSignal(index, digital=True), reader.readSignal(index)
                unit = reader.getPhysicalDimension(index)
                check_lead(expected, reader.getLabel(index), reader.getSampleFrequency(index), counts, values, unit)
            onsets, _, texts = reader.readAnnotations()
            found = [(onset, text) for onset, text in zip(onsets, texts) if not text.startswith(OURS)]
            check_marks(found, case["annotations"])
    recording = (edfio.read_bdf if is_bdf else edfio.read_edf)(path)
    check("number of leads (edfio)", len(recording.signals), len(case["leads"]))
    for signal, expected in zip(recording.signals, case["leads"]):
        if not gaps:
            check_lead(
                expected, signal.label, signal.sampling_frequency, signal.digital, signal.data[:8], signal.physical_dimension
            )
            continue
        # edfio joins the records; the samples between them are missing ones.
        check(f"{expected['name']}: name", signal.label, expected["name"])
        check(f"{expected['name']}: samples of the records", sha256(signal.digital), expected["present_sha256"])
    found = [(mark.onset, mark.text) for mark in recording.annotations if not mark.text.startswith(OURS)]
    check_marks(found, case["annotations"])


def compare_dicom(folder, case):
    """The samples by pydicom; what the file says of marks is not looked at here."""
    data = pydicom.dcmread(folder / case["files"][0])
    group = data.WaveformSequence[0]
    check("number of leads", int(group.NumberOfWaveformChannels), len(case["leads"]))
    raw = pydicom.waveforms.multiplex_array(data, 0, as_raw=True)
    values = pydicom.waveforms.multiplex_array(data, 0, as_raw=False)
    padding = getattr(group, "WaveformPaddingValue", None)
    for index, expected in enumerate(case["leads"]):
        channel = group.ChannelDefinitionSequence[index]
        name = channel.ChannelSourceSequence[0].CodeMeaning
        unit = channel.ChannelSensitivityUnitsSequence[0].CodeValue
        if expected["missing"]:
            lowest = int(np.frombuffer(padding, "<i2")[0]) if isinstance(padding, bytes) else int(padding)
            check(f"{expected['name']}: missing", int((raw[:, index] == lowest).sum()), expected["missing"])
        check_lead(expected, name, float(group.SamplingFrequency), raw[:, index], values[:8, index], unit)


def compare_fhir(folder, case):
    """By fhir.resources: the file is a valid Observation of R4B, and its SampledData holds what was written."""
    observation = fhir_r4b.Observation.model_validate_json((folder / case["files"][0]).read_bytes())
    sampled = [part for part in observation.component if part.valueSampledData]
    check("number of leads", len(sampled), len(case["leads"]))
    for part, expected in zip(sampled, case["leads"]):
        data = part.valueSampledData
        tokens = data.data.split()
        gone = np.array([token == "E" for token in tokens])
        check(f"{expected['name']}: missing", int(gone.sum()), expected["missing"])
        counts = np.array([0 if token == "E" else int(token) for token in tokens])
        values = float(data.origin.value) + float(data.factor) * counts
        values = [None if absent else value for value, absent in zip(values[:8], gone[:8])]
        check(f"{expected['name']}: gaps", [value is None for value in values], [value is None for value in expected["first8"]])
        values = [0.0 if value is None else value for value in values]
        rate = 1000 / float(data.period)
        check_lead(expected, part.code.coding[0].display, rate, counts, values, data.origin.code)


def compare_csv(folder, case):
    """By Python's csv module: numbers in the units that the header names, empty cells for missing samples."""
    with open(folder / case["files"][0], newline="", encoding="utf-8") as file:
        header, *rows = csv.reader(file)
    check("number of columns", len(header), 1 + len(case["leads"]))
    check("time", header[0], "time (s)")
    times = [float(row[0]) for row in rows]
    for index, expected in enumerate(case["leads"]):
        name, _, unit = header[1 + index].removesuffix(")").partition(" (")
        cells = [row[1 + index] for row in rows]
        check(f"{expected['name']}: missing", cells.count(""), expected["missing"])
        values = [float(cell) if cell else 0.0 for cell in cells]
        # A table has no counts; they come back from the step of one.
        step = expected["step"] * {("mV", "uV"): 1e-3, ("mV", "mV"): 1.0}[unit, expected["unit"]]
        counts = np.round(np.array(values) / step + expected["baseline"]).astype(np.int64)
        rate = (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 else expected["rate"]
        check_lead(expected, name, rate, counts, values, unit)


def compare_aecg(folder, case):
    """By Python's own XML reader, with the paths of HL7's schema (PORT_MT020001)."""
    hl7 = {"h": "urn:hl7-org:v3"}
    root = ElementTree.parse(folder / case["files"][0]).getroot()
    check("root", root.tag, "{urn:hl7-org:v3}AnnotatedECG")
    leads = []
    for sequences in root.iterfind("h:component/h:series/h:component/h:sequenceSet", hl7):
        increment = None
        for sequence in sequences.iterfind("h:component/h:sequence", hl7):
            code = sequence.find("h:code", hl7).get("code")
            value = sequence.find("h:value", hl7)
            if code in ("TIME_ABSOLUTE", "TIME_RELATIVE"):
                step = value.find("h:increment", hl7)
                increment = float(step.get("value")) * {"s": 1.0, "ms": 1e-3, "us": 1e-6}[step.get("unit")]
                continue
            origin, scale = value.find("h:origin", hl7), value.find("h:scale", hl7)
            check(f"{code}: unit of its origin", origin.get("unit"), scale.get("unit"))
            counts = np.array([int(digits) for digits in value.find("h:digits", hl7).text.split()])
            values = float(origin.get("value")) + float(scale.get("value")) * counts[:8]
            leads.append((code, 1 / increment, counts, values, scale.get("unit")))
    check("number of leads", len(leads), len(case["leads"]))
    for expected, found in zip(case["leads"], leads):
        check_lead(expected, *found)
    marks = []
    for annotation in root.iterfind(".//h:annotation", hl7):
        value = annotation.find("h:value", hl7)
        time = annotation.find("h:support/h:supportingROI/h:component/h:boundary/h:value", hl7)
        text = " ".join([value.get("code"), value.get("displayName")]).strip()
        marks.append((float(time.get("value")), text))
    check_marks(marks, case["annotations"])


# A writer's format is added here.
READERS = {
    "WFDB": compare_wfdb,
    "EDF+": compare_edf,
    "BDF+": compare_edf,
    "DICOM": compare_dicom,
    "FHIR": compare_fhir,
    "CSV": compare_csv,
    "HL7 aECG": compare_aecg,
}


def compare(folder):
    cases = json.loads((folder / "expected.json").read_text())["cases"]
    wrong = 0
    for case in cases:
        try:
            READERS[case["format"]](folder, case)
        except Exception as error:  # noqa: BLE001: whatever a library says of the file is a difference
            wrong += 1
            print(f"{case['name']}: {type(error).__name__}: {error}")
    print(f"{len(cases)} cases, {wrong} of them differ")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("mode", choices=["generate", "compare"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--cases", type=int, default=2, help="files of each kind")
    arguments = parser.parse_args()
    if arguments.mode == "generate":
        arguments.folder.mkdir(parents=True, exist_ok=True)
        generate(arguments.folder, arguments.seed, arguments.cases)
    else:
        sys.exit(1 if compare(arguments.folder) else 0)


if __name__ == "__main__":
    main()
