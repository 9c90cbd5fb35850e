"""Small HDF5 files of every kind of structure, by h5py, and what h5py reads from them.

    python hdf5_fixtures.py crates/formats/tests/fixtures/hdf5 [--large]

writes FILE.h5.gz by library version bounds (`earliest`, `latest`), `recording-*.h5.gz` (four leads in chunks and
contiguous, to be cut) and `expected.json`: for each dataset of numbers its shape and the first 16 digits of the SHA-256 of
its values as 64-bit floats in C order, for each of texts the texts. `--large` makes the indexes of chunks deep, and files of the
bounds between; such files are not kept. h5py 3.16.0.
"""

import argparse
import gzip
import hashlib
import json
import pathlib

import h5py
import numpy as np


def numbers(shape, dtype="<i2"):
    """Numbers that differ from their neighbours and repeat, so that they pack."""
    values = np.arange(int(np.prod(shape)), dtype="u8") * 7919 % 251
    return values.reshape(shape).astype(dtype)


def fill(file, large):
    """Every kind of dataset."""
    rows = 4000 if large else 24
    for kind in ["|i1", "|u1", "<i2", ">u2", "<i4", ">u4", "<i8", ">i8", "<u8", "<f2", ">f4", "<f4", ">f8"]:
        name = kind.replace("<", "l").replace(">", "b").replace("|", "n")
        file.create_dataset(f"kinds/{name}", data=numbers((5, 3), kind))
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((4, 2))
    dataset = h5py.h5d.create(file.id, b"compact", h5py.h5t.STD_I16LE, space, compact)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, numbers((4, 2)))

    chunked = file.create_group("chunked")

    def chunks(name, shape, chunk, dtype="<i2", **options):
        data = numbers(shape, dtype)
        return chunked.create_dataset(name, data=data, chunks=chunk, **options)

    chunks("gzip", (37, 5), (8, 2), compression="gzip", shuffle=True, fletcher32=True)
    chunks("shuffle_f8", (37, 5), (8, 5), "<f8", compression="gzip", shuffle=True)
    chunks("lzf", (90, 5), (16, 5), compression="lzf")
    chunks("lzf_shuffle", (90, 5), (16, 3), "<i4", compression="lzf", shuffle=True)
    chunks("fletcher", (9, 3), (4, 3), "|u1", fletcher32=True)
    chunks("single", (7, 3), (7, 3))
    chunks("single_packed", (7, 3), (7, 3), compression="gzip")
    chunks("fixed", (rows, 3), (1, 3))
    chunks("fixed_packed", (rows, 3), (1, 2), compression="gzip")
    chunks("growing", (max(rows, 130), 3), (1, 2), maxshape=(None, 3))
    chunks("growing_packed", (rows, 3), (2, 3), maxshape=(None, 3), compression="gzip")
    chunks("growing_inner", (3, rows), (2, 5), maxshape=(6, None))
    chunks("both", (rows, 6), (3, 2), maxshape=(None, None))
    chunks("both_packed", (rows, 6), (3, 2), maxshape=(None, None), compression="gzip", shuffle=True)
    chunks("three", (3, 5, 4), (1, 2, 4), "<f4", maxshape=(None, 5, 4))
    chunks("room", (5, 3), (2, 2), maxshape=(40, 9))
    early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    early.set_chunk((2, 2))
    early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    dataset = h5py.h5d.create(chunked.id, b"implicit", h5py.h5t.STD_I16BE, h5py.h5s.create_simple((5, 3), (7, 5)), early)
    dataset.write(h5py.h5s.ALL, h5py.h5s.ALL, numbers((5, 3)))
    partly = chunked.create_dataset("partly", (20, 4), ">i4", chunks=(3, 2), fillvalue=-77)
    partly[4:9, 1:3] = 5
    chunked.create_dataset("never", (20, 4), "<f4", chunks=(3, 2), fillvalue=1.5)
    file.create_dataset("never_contiguous", (6, 2), "<i2", fillvalue=9)
    chunked.create_dataset("scaled", data=numbers((20, 3), "<i4"), chunks=(5, 3), scaleoffset=0)

    types = file.create_group("types")
    types.create_dataset("fixed_texts", data=np.array([b"I", b"aVR", b"V6"]))
    types.create_dataset("texts", data=["I", "II", "", "Ableitung \u00b5"], dtype=h5py.string_dtype())
    types.create_dataset("truth", data=np.array([True, False, True]))
    compound = np.zeros(6, [("I", "<i2"), ("time", "<f8"), ("II", ">f4")])
    compound["I"], compound["time"], compound["II"] = numbers(6), numbers(6, "<f8") / 4, numbers(6, "<f4") + 1
    types.create_dataset("compound", data=compound)
    types.create_dataset("complex", data=numbers((4, 2), "<f8") + 3j)
    types.create_dataset("array", (3,), np.dtype(("<i2", (2, 4))))[...] = numbers((3, 2, 4))
    types["named"] = np.dtype(">i4")
    types.create_dataset("of_named", data=numbers((4, 3), ">i4"), dtype=types["named"])
    types.create_dataset("one_number", data=360.5)
    types.create_dataset("empty", data=h5py.Empty("f4"))

    # More members and attributes than stand in a header.
    many = file.create_group("many")
    for number in range(300 if large else 12):
        many.create_dataset(f"a member with a long name, number {number}", data=np.int16(number))
    stated = file.create_dataset("stated", data=numbers((3, 2)))
    for number in range(40 if large else 12):
        stated.attrs[f"attribute {number}"] = f"text {number}"
    stated.attrs["numbers"] = numbers(5, ">f4")
    few = file.create_group("few", track_order=True)
    few.create_dataset("z", data=numbers(2))
    few.create_dataset("a", data=numbers(3))
    file["soft"] = h5py.SoftLink("/compact")
    file["external"] = h5py.ExternalLink("elsewhere.h5", "/x")
    file["itself"] = file["few"]
    few["above"] = file["/"]

    texts(file, "leads", ["II", "aVR", "V5"])
    word = file.create_dataset("word", data=np.array([[ord(letter)] for letter in "mV"], "<u2"))
    word.attrs["MATLAB_class"] = np.bytes_("char")


def texts(file, name, words):
    """MATLAB's cells of texts: references to letters of 16 bits."""
    references = file.create_group("#refs#")
    cells = file.create_dataset(name, (len(words), 1), dtype=h5py.ref_dtype)
    cells.attrs["MATLAB_class"] = np.bytes_("cell")
    for number, word in enumerate(words):
        letters = np.array([[ord(letter)] for letter in word], "<u2")
        own = references.create_dataset(chr(97 + number), data=letters)
        own.attrs["MATLAB_class"] = np.bytes_("char")
        cells[number, 0] = own.ref


def expected(file):
    """What h5py reads."""
    found = {}

    def visit(name, item):
        if name.startswith("#refs#") or not isinstance(item, h5py.Dataset) or item.shape is None:
            return
        kind = item.attrs.get("MATLAB_class", b"")
        if kind == b"cell":
            found[name] = {"texts": ["".join(chr(c) for c in file[ref][:, 0]) for ref in item[:, 0]]}
        elif kind == b"char":
            found[name] = {"texts": ["".join(chr(c) for c in item[:, 0])]}
        elif h5py.check_string_dtype(item.dtype):
            texts = [text.decode() for text in np.ravel(item[()])]
            found[name] = {"texts": texts}
        elif item.dtype.names:
            for member in item.dtype.names:
                found[f"{name}/{member}"] = values(item[()][member])
        elif item.scaleoffset is not None:
            found[name] = {"unread": "scale-offset"}
        else:
            found[name] = values(np.real(item[()]))

    file.visititems(visit)
    return found


def values(data):
    data = np.asarray(data)
    digest = hashlib.sha256(np.ascontiguousarray(data, "<f8").tobytes()).hexdigest()[:16]
    return {"shape": list(data.shape), "sha256": digest}


def recording(path, libver, chunks, packed, leads_first=False, cells=False):
    """Four leads that rise by one a sample, lead after lead by a thousand. With `cells` as MATLAB 7.3 has them."""
    samples = np.arange(96)[:, None] + 1000 * np.arange(4)[None, :]
    samples = samples.T if leads_first else samples
    with h5py.File(path, "w", libver=libver, userblock_size=512 if cells else 0) as file:
        options = {"compression": packed, "fletcher32": True} if packed else {}
        dataset = file.create_dataset("ecg", data=samples.astype("<i2"), chunks=chunks, **options)
        dataset.attrs["fs"] = 250.0
        dataset.attrs["units"] = "uV"
        if not cells:
            dataset.attrs["leads"] = "I,II,V1,V5"
            return
        texts(file, "leads", ["I", "II", "V1", "V5"])
    with open(path, "r+b") as file:
        file.write(b"MATLAB 7.3 MAT-file")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--large", action="store_true")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    all_expected = {}
    plain = options.folder / "plain.h5"
    bounds = {"earliest": ("earliest", "v108"), "v108": ("v108", "v108"), "v110": ("v110", "v110"), "latest": "latest"}
    if not options.large:
        del bounds["v108"], bounds["v110"]

    def keep(name):
        data = gzip.compress(plain.read_bytes(), 9, mtime=0)
        (options.folder / f"{name}.h5.gz").write_bytes(data)
        plain.unlink()

    for name, libver in bounds.items():
        userblock = 512 if name == "earliest" else 0
        with h5py.File(plain, "w", libver=libver, userblock_size=userblock) as file:
            fill(file, options.large)
        with h5py.File(plain, "r") as file:
            found = expected(file)
        assert all_expected in ({}, found)
        all_expected = found
        keep(name)
    recording(plain, "latest", (16, 4), "lzf")
    keep("recording-latest")
    recording(plain, "earliest", None, None)
    keep("recording-contiguous")
    recording(plain, ("earliest", "v108"), (16, 4), "gzip", cells=True)
    keep("recording-matlab")
    recording(plain, "latest", (4, 16), "gzip", leads_first=True)
    keep("recording-leads-first")
    text = json.dumps(all_expected, indent=None, sort_keys=True, ensure_ascii=False)
    (options.folder / "expected.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
