"""Reference for packages/training/test/classification-report.test.ts.

scikit-learn 1.7.2 on Python 3.11: pip install scikit-learn==1.7.2; python tools/golden/classification_report.py
"""

import json
import pathlib

import numpy as np
import sklearn
from sklearn.metrics import balanced_accuracy_score, classification_report, confusion_matrix

LABELS = ["angry", "calm", "disgust", "fearful", "happy", "neutral", "sad", "surprised"]


def case(rng, rows, skill, labels, absent=()):
    """Random truth and predictions; classes in `absent` never occur as truth."""
    count = len(labels)
    truth = rng.choice([c for c in range(count) if c not in absent], rows)
    predicted = np.where(rng.random(rows) < skill, truth, rng.integers(0, count, rows))
    options = dict(labels=list(range(count)), target_names=labels, zero_division=0)
    return {
        "labels": labels,
        "truth": truth.tolist(),
        "predicted": predicted.tolist(),
        "confusion": confusion_matrix(truth, predicted, labels=list(range(count))).tolist(),
        "text": classification_report(truth, predicted, **options),
        "figures": classification_report(truth, predicted, output_dict=True, **options),
        "balancedAccuracy": float(balanced_accuracy_score(truth, predicted)),
    }


def main():
    rng = np.random.default_rng(18)
    reference = {
        "tool": f"scikit-learn {sklearn.__version__}",
        "cases": [
            case(rng, 1152, 0.7, LABELS),
            case(rng, 60, 0.3, LABELS, absent=(5,)),
            # Eighths are decimal ties: 0.125 and 0.375 round half to even in Python.
            case(rng, 16, 0.5, ["no", "yes, certainly so"]),
        ],
    }
    path = pathlib.Path(__file__).parent / "reference" / "classification-report.json"
    path.write_text(json.dumps(reference, separators=(",", ":")) + "\n")


main()
