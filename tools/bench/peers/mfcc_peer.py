"""MFCC by another library: mfcc_peer.py SYSTEM memory|files|kaldi FOLDER RATE. One thread; see peer.py.

memory: 13 coefficients of clips in memory at librosa's defaults. files: WAV file to 13 means, resampled to RATE by librosa alone. kaldi: 40 bands, 25/10 ms.
"""

import importlib.metadata
import pathlib
import sys
import wave

import peer

SYSTEM, WORK, FOLDER, RATE = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
KALDI = WORK == "kaldi"
FFT, WINDOW, HOP, BANDS = (512, 400, 160, 40) if KALDI else (2048, 2048, 512, 128)


def librosa_mfcc():
    import librosa
    import soundfile

    def read(path):
        clip, rate = soundfile.read(path, dtype="float32")
        return clip if rate == RATE else librosa.resample(clip, orig_sr=rate, target_sr=RATE)

    return read, lambda clip: librosa.feature.mfcc(
        y=clip, sr=RATE, n_mfcc=13, n_fft=FFT, win_length=WINDOW, hop_length=HOP, n_mels=BANDS
    )


def torchaudio_mfcc():
    import numpy as np
    import torch
    import torchaudio

    torch.set_num_threads(1)
    if KALDI:
        return None, lambda clip: torchaudio.compliance.kaldi.mfcc(
            torch.from_numpy(clip)[None], num_mel_bins=BANDS, num_ceps=13, sample_frequency=RATE, dither=0.0
        )
    mel = {"n_fft": FFT, "hop_length": HOP, "n_mels": BANDS, "norm": "slaney", "mel_scale": "slaney"}
    transform = torchaudio.transforms.MFCC(RATE, 13, melkwargs={**mel, "pad_mode": "constant"})

    def read(path):
        with wave.open(path) as file:
            return np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").astype(np.float32) / 32768

    return read, lambda clip: transform(torch.from_numpy(clip)).numpy()


def essentia_mfcc():
    import essentia
    import essentia.standard as es

    essentia.log.infoActive = False
    window, spectrum = es.Windowing(type="hann", zeroPadding=0), es.Spectrum(size=FFT)
    mfcc = es.MFCC(inputSize=FFT // 2 + 1, sampleRate=RATE, numberBands=BANDS, numberCoefficients=13)

    def read(path):
        return es.MonoLoader(filename=path, sampleRate=RATE)()

    def run(clip):
        frames = es.FrameGenerator(clip, frameSize=FFT, hopSize=HOP, startFromZero=False)
        return essentia.array([mfcc(spectrum(window(frame)))[1] for frame in frames])

    return read, run


def python_speech_features_mfcc():
    from python_speech_features import mfcc

    return None, lambda clip: mfcc(clip, RATE, numcep=13, nfilt=BANDS, nfft=FFT)


def kaldi_native_fbank_mfcc():
    import kaldi_native_fbank as knf

    options = knf.MfccOptions()
    options.frame_opts.samp_freq, options.frame_opts.dither = RATE, 0.0
    options.mel_opts.num_bins, options.num_ceps = BANDS, 13

    def run(clip):
        online = knf.OnlineMfcc(options)
        online.accept_waveform(RATE, clip.tolist())
        online.input_finished()
        return [online.get_frame(i) for i in range(online.num_frames_ready)]

    return None, run


MAKERS = {
    "librosa": librosa_mfcc,
    "torchaudio": torchaudio_mfcc,
    "essentia": essentia_mfcc,
    "python_speech_features": python_speech_features_mfcc,
    "kaldi_native_fbank": kaldi_native_fbank_mfcc,
}

read, mfcc = MAKERS[SYSTEM]()
version = importlib.metadata.version(SYSTEM.replace("_native_", "-native-"))
if WORK == "files":
    paths = [str(path) for path in sorted(pathlib.Path(FOLDER).glob("*.wav"))]
    axis = 0 if SYSTEM == "essentia" else -1
    peer.serve(version, paths, lambda path: mfcc(read(path)).mean(axis))
else:
    peer.serve(version, peer.clips(FOLDER), mfcc)
