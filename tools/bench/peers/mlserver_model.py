"""The runtime that MLServer loads: a model.onnx of ours, its tensors as they come over the Open Inference Protocol."""

import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class OnnxModel(MLModel):
    async def load(self) -> bool:
        self._session = onnxruntime.InferenceSession(self.settings.parameters.uri)
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        tensors = {one.name: NumpyCodec.decode_input(one) for one in payload.inputs}
        (probabilities,) = self._session.run(["probabilities"], tensors)
        return InferenceResponse(
            model_name=self.name,
            outputs=[NumpyCodec.encode_output("probabilities", probabilities)],
        )
