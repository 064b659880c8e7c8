"""Takes libtensorflow, its C headers and licences out of a tensorflow-cpu wheel: extract-libtensorflow.py WHEEL OUT"""

import pathlib
import shutil
import sys
import zipfile

HEADERS = (
    "tensorflow/include/tensorflow/c/",
    "tensorflow/include/tensorflow/core/platform/ctstring",
    "tensorflow/include/tsl/c/",
    "tensorflow/include/tsl/platform/ctstring",
)
LIBRARIES = {
    "tensorflow/libtensorflow_cc.so.2": "libtensorflow_cc.so.2",
    "tensorflow/libtensorflow_framework.so.2": "libtensorflow_framework.so.2",
}
LICENCES = ("dist-info/LICENSE", "THIRD_PARTY_NOTICES.txt")


def destination(name: str, out: pathlib.Path) -> pathlib.Path | None:
    if name in LIBRARIES:
        return out / "lib" / LIBRARIES[name]
    if name.startswith(HEADERS) and name.endswith(".h"):
        return out / name.removeprefix("tensorflow/")
    if name.endswith(LICENCES):
        return out / pathlib.Path(name).name
    return None


def main() -> None:
    wheel, out = sys.argv[1], pathlib.Path(sys.argv[2])
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            path = destination(name, out)
            if path is None:
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(name) as source, open(path, "wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)


main()
