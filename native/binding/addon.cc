// The addon's table of contents: each file of binding/ adds its own functions.
#include <napi.h>

#include "core/isa.h"

static Napi::Object Init(Napi::Env env, Napi::Object exports) {
  exports.Set("isa", Napi::String::New(env, prosodia::IsaName(prosodia::ChosenIsa())));
  return exports;
}

NODE_API_MODULE(prosodia, Init)
