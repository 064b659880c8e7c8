// The addon's operations: each file of binding/ that has some says here what it adds to the exports.
#pragma once

#include <napi.h>

namespace prosodia::binding {

void AddAugment(Napi::Env env, Napi::Object exports);
void AddDecode(Napi::Env env, Napi::Object exports);
void AddFeatures(Napi::Env env, Napi::Object exports);
void AddNetworkRows(Napi::Env env, Napi::Object exports);
void AddProsody(Napi::Env env, Napi::Object exports);
void AddResample(Napi::Env env, Napi::Object exports);
void AddTensorOperators(Napi::Env env, Napi::Object exports);
void AddTraining(Napi::Env env, Napi::Object exports);

}  // namespace prosodia::binding
