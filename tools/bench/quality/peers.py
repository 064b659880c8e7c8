"""Time stretch and pitch shift by the tools people use, each as f(clip, rate_hz, amount) -> clip; None if not installed."""

import numpy as np


def librosa_stretch(clip, rate_hz, rate):
    import librosa

    return librosa.effects.time_stretch(clip, rate=rate)


def librosa_pitch(clip, rate_hz, semitones):
    import librosa

    return librosa.effects.pitch_shift(clip, sr=rate_hz, n_steps=semitones)


def _manipulation(clip, rate_hz):
    import parselmouth
    from parselmouth.praat import call

    sound = parselmouth.Sound(clip.astype(float), rate_hz)
    return call(sound, "To Manipulation", 0.01, 65, 600), call, sound


def praat_stretch(clip, rate_hz, rate):
    manipulation, call, sound = _manipulation(clip, rate_hz)
    tier = call(manipulation, "Extract duration tier")
    call(tier, "Add point", sound.duration / 2, 1 / rate)
    call([manipulation, tier], "Replace duration tier")
    return call(manipulation, "Get resynthesis (overlap-add)").values[0].astype(np.float32)


def praat_pitch(clip, rate_hz, semitones):
    manipulation, call, sound = _manipulation(clip, rate_hz)
    tier = call(manipulation, "Extract pitch tier")
    call(tier, "Multiply frequencies", 0, sound.duration, 2 ** (semitones / 12))
    call([manipulation, tier], "Replace pitch tier")
    return call(manipulation, "Get resynthesis (overlap-add)").values[0].astype(np.float32)


def rubberband_stretch(clip, rate_hz, rate):
    from pedalboard import time_stretch

    return time_stretch(clip[None], rate_hz, stretch_factor=rate)[0]


def rubberband_pitch(clip, rate_hz, semitones):
    from pedalboard import time_stretch

    return time_stretch(clip[None], rate_hz, pitch_shift_in_semitones=semitones, preserve_formants=True)[0]


def _signalsmith(rate_hz):
    from python_stretch.Signalsmith import Stretch

    stretch = Stretch()
    stretch.preset(1, rate_hz)
    return stretch


def signalsmith_stretch(clip, rate_hz, rate):
    stretch = _signalsmith(rate_hz)
    stretch.timeFactor = rate
    return stretch.process(clip[None])[0]


def signalsmith_pitch(clip, rate_hz, semitones):
    stretch = _signalsmith(rate_hz)
    stretch.setTransposeSemitones(semitones)
    return stretch.process(clip[None])[0]


STRETCH = {
    "librosa": librosa_stretch,
    "Praat": praat_stretch,
    "Rubber Band R3": rubberband_stretch,
    "signalsmith-stretch": signalsmith_stretch,
}
PITCH = {
    "librosa": librosa_pitch,
    "Praat": praat_pitch,
    "Rubber Band R3": rubberband_pitch,
    "signalsmith-stretch": signalsmith_pitch,
}
