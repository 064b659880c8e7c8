// The addon's table of contents: each file of binding/ adds its own functions.
#include <napi.h>

#include <stdexcept>

#include "binding/batch.h"
#include "binding/operations.h"
#include "core/isa.h"

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  try {
    exports.Set("isa", Napi::String::New(env, prosodia::IsaName(prosodia::ChosenIsa())));
  } catch (const std::runtime_error& error) {
    throw Napi::Error::New(env, error.what());
  }
  prosodia::binding::InitBatches(env);
  prosodia::binding::AddAugment(env, exports);
  prosodia::binding::AddDecode(env, exports);
  prosodia::binding::AddFeatures(env, exports);
  prosodia::binding::AddNetworkRows(env, exports);
  prosodia::binding::AddProsody(env, exports);
  prosodia::binding::AddResample(env, exports);
  prosodia::binding::AddTensorOperators(env, exports);
  prosodia::binding::AddTraining(env, exports);
  return exports;
}

NODE_API_MODULE(prosodia, Init)
