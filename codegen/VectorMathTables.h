//===- VectorMathTables.h - Polynomials' coefficients ----------*- C++ -*-===//
//
// Made by VectorMathTables.py, which says how; do not edit.
//
//===----------------------------------------------------------------------===//

// clang-format off

#ifndef SINTER_CODEGEN_VECTORMATHTABLES_H
#define SINTER_CODEGEN_VECTORMATHTABLES_H

#include <cstdint>

namespace sinter::tables {

// expm1(r) = r + r**2 * P(r), |r| <= log(2) / 2. Error 2**-26.08.
inline constexpr double expm1F32[] = {
    0x1.0000000000000p-1, 0x1.5554aa0000000p-3, 0x1.5554f00000000p-5,
    0x1.122bb40000000p-7, 0x1.6d43d20000000p-10,
};
// expm1(r) = r + r**2 * P(r), |r| <= log(2) / 2. Error 2**-55.6.
inline constexpr double expm1F64[] = {
    0x1.0000000000005p-1, 0x1.5555555555559p-3, 0x1.55555555520cdp-5,
    0x1.111111110f642p-7, 0x1.6c16c17f46b4bp-10, 0x1.a01a01b00fb86p-13,
    0x1.a019a64d0ddb2p-16, 0x1.71ddf7e7f852bp-19, 0x1.28a2ec4299382p-22,
    0x1.af5f7cd3bf36dp-26,
};
// log((1+s)/(1-s)) = 2*s + s*z*P(z), z = s**2. Error 2**-29.1.
inline constexpr double logF32[] = {
    0x1.55557c0000000p-1, 0x1.995d340000000p-2, 0x1.3208360000000p-2,
};
// log((1+s)/(1-s)) = 2*s + s*z*P(z), z = s**2. Error 2**-58.41.
inline constexpr double logF64[] = {
    0x1.5555555555595p-1, 0x1.999999997f26ep-2, 0x1.249249427c19cp-2,
    0x1.c71c51a297ee2p-3, 0x1.746652a60e61ap-3, 0x1.399fd4b65e369p-3,
    0x1.2f17e2379f9bcp-3,
};
inline constexpr double quantileSplitF32 = 5.625;
inline constexpr double quantileMiddleF32 = 0x1.c075920000000p+1;
// quantile/x in w - split/2, w < split. Error 2**-24.73.
inline constexpr double quantileBodyF32[] = {
    0x1.1da7e40000000p+1, 0x1.60e6260000000p-2, -0x1.e45dec0000000p-8,
    -0x1.6dc78c0000000p-10, 0x1.31d7440000000p-12, -0x1.ee75c80000000p-17,
    -0x1.d3d05e0000000p-19, 0x1.69a43c0000000p-21, 0x1.9b23de0000000p-28,
    -0x1.586ff20000000p-27,
};
// quantile/x in sqrt(w) - middle, w >= split. Error 2**-23.65.
inline constexpr double quantileTailF32[] = {
    0x1.2e38880000000p+2, 0x1.6cb7140000000p+0, 0x1.2e35a00000000p-8,
    -0x1.7cdc900000000p-9, 0x1.84a6e20000000p-10, -0x1.dd61420000000p-11,
    0x1.6d04e60000000p-11, -0x1.89f7aa0000000p-12, 0x1.11af740000000p-15,
    0x1.2ed0d60000000p-15,
};
inline constexpr double quantileSplitF64 = 6.75;
inline constexpr double quantileMiddleF64 = 0x1.13413b64e848ep+2;
// quantile/x in w - split/2, w < split. Error 2**-55.58.
inline constexpr double quantileBodyF64[] = {
    0x1.36243c05db681p+1, 0x1.573b94231fb63p-2, -0x1.2e355ee6ec948p-7,
    -0x1.a1735feb67548p-11, 0x1.f3381acd4d82bp-13, -0x1.6d707e0149607p-16,
    -0x1.021359f0dcac5p-20, 0x1.0fcb411da51dbp-21, -0x1.af9a7bffc3ad4p-25,
    -0x1.4c0470a228428p-29, 0x1.4e5cb532384ecp-30, -0x1.f72ec5a755501p-34,
    -0x1.fe3f3f823bac7p-38, 0x1.aa26f4f5df811p-39, -0x1.246ef7ccdd530p-42,
    -0x1.8cfc5b3d945abp-46, 0x1.1510ed6a27e8dp-47, -0x1.56891055bdd26p-51,
    -0x1.406cd6fe8747cp-54, 0x1.7ac3ad22e6fc7p-56, -0x1.3e8034b1265d2p-60,
    -0x1.3fad1ef08a88ap-62, 0x1.7c988a2adaaaep-65, 0x1.1334cb8815cb6p-70,
    -0x1.f6870ae191789p-72, 0x1.e5e1a4a3939c6p-77,
};
// quantile/x in sqrt(w) - middle, w >= split. Error 2**-51.68.
inline constexpr double quantileTailF64[] = {
    0x1.7708ed733910fp+2, 0x1.6dacff6d2618cp+0, 0x1.ce15d3af009f8p-11,
    -0x1.a3eae2ec5c51dp-11, 0x1.238bea95e68dbp-12, -0x1.5960e0b7fbe9cp-14,
    0x1.bc8fd90d7119cp-16, -0x1.80eadf3a42ad6p-17, 0x1.ab176a5fc7754p-18,
    -0x1.df0d8aa8d7e12p-19, 0x1.ce91e65486315p-20, -0x1.59000dfb6f47bp-21,
    0x1.3c272b8aed4d0p-23, 0x1.6abd3bfab659fp-27, -0x1.ff9f4c9d10277p-26,
    0x1.0b793c56a694dp-26, -0x1.1c9a8321b20a1p-28, 0x1.473fab6c89128p-33,
    0x1.685c729e3448bp-32, -0x1.98091e0e6453cp-33, 0x1.5b68092b9ab61p-34,
    -0x1.4f21f84184bc4p-37, -0x1.4f748c214eb85p-37, 0x1.c5b5089e28a30p-39,
    0x1.1cd488c6f5bb6p-42, -0x1.5cbc58034f75ep-43,
};
// log((1+s)/(1-s)) = 2*s + s*z*(2/3 + z*P(z)), z = s**2. Error 2**-36.67.
inline constexpr double powLogF32[] = {
    0x1.999a040000000p-2, 0x1.2451160000000p-2, 0x1.dfdee40000000p-3,
};
// log((1+s)/(1-s)) = 2*s + s*z*(2/3 + z*P(z)), z = s**2. Error 2**-66.14.
inline constexpr double powLogF64[] = {
    0x1.9999999999b48p-2, 0x1.24924924556b3p-2, 0x1.c71c723066775p-3,
    0x1.745ce8f46038fp-3, 0x1.3b1f13cf7aea3p-3, 0x1.0f7c8718d4a5ep-3,
    0x1.0e6056a787e61p-3,
};
// sin(r) = r + r*z*P(z), z = r**2. Error 2**-27.64.
inline constexpr double sinF32[] = {
    -0x1.5555420000000p-3, 0x1.11060c0000000p-7, -0x1.98dfee0000000p-13,
};
// cos(r) = 1 - z/2 + z**2 * P(z), z = r**2. Error 2**-32.71.
inline constexpr double cosF32[] = {
    0x1.5555480000000p-5, -0x1.6c0afa0000000p-10, 0x1.9993aa0000000p-16,
};
// sin(r) = r + r*z*P(z), z = r**2. Error 2**-57.45.
inline constexpr double sinF64[] = {
    -0x1.5555555555544p-3, 0x1.111111110f0e6p-7, -0x1.a01a019b1cf83p-13,
    0x1.71de34a1fe415p-19, -0x1.ae5dbdf475f16p-26, 0x1.5d6209f734e56p-33,
};
// cos(r) = 1 - z/2 + z**2 * P(z), z = r**2. Error 2**-63.41.
inline constexpr double cosF64[] = {
    0x1.5555555555547p-5, -0x1.6c16c16c147b1p-10, 0x1.a01a019bc11efp-16,
    -0x1.27e4f75e44af4p-22, 0x1.1ee9785971882p-29, -0x1.8f73449bc41c4p-37,
};
// erf(x) = x + x*P(x**2), |x| <= 1. Error 2**-29.34.
inline constexpr double erfF32[] = {
    0x1.06eba80000000p-3, -0x1.81273e0000000p-2, 0x1.ce2cf00000000p-4,
    -0x1.b7f8540000000p-6, 0x1.53ff4c0000000p-8, -0x1.a3c6460000000p-11,
    0x1.48e2a60000000p-14,
};
// erfc(y) = exp(-y**2)/(y+3) * P((y-3)/(y+3)), y >= 1. Error 2**-26.61.
inline constexpr double erfcF32[] = {
    0x1.12f21e0000000p+0, -0x1.c44c460000000p-1, 0x1.2e326a0000000p-1,
    -0x1.3deb960000000p-2, 0x1.e991b00000000p-4, -0x1.b71d4a0000000p-6,
    -0x1.35d37a0000000p-10, 0x1.7ac3720000000p-9, -0x1.31fe1a0000000p-11,
};
// erf(x) = x + x*P(x**2), |x| <= 1. Error 2**-56.03.
inline constexpr double erfF64[] = {
    0x1.06eba8214db68p-3, -0x1.812746b0379b1p-2, 0x1.ce2f21a040828p-4,
    -0x1.b82ce311eb7cap-6, 0x1.565bccf79227dp-8, -0x1.c02db0090e449p-11,
    0x1.f9a2b64b031b6p-14, -0x1.f4ca10e0c71b5p-17, 0x1.b97db0e0c165ep-20,
    -0x1.5bfb0affdf548p-23, 0x1.d6ccdd99087c0p-27, -0x1.aad2d9a02051bp-31,
};
// erfc(y) = exp(-y**2)/(y+3) * P((y-3)/(y+3)), y >= 1. Error 2**-53.43.
inline constexpr double erfcF64[] = {
    0x1.12f21ddd9f5e2p+0, -0x1.c44c471baa378p-1, 0x1.2e326945de231p-1,
    -0x1.3deb21415da0bp-2, 0x1.e995f11b23c48p-4, -0x1.b78993d741cf1p-6,
    -0x1.3dd3e753f1d26p-10, 0x1.8dae3a94d20a1p-9, -0x1.1f78dbc3f8234p-11,
    -0x1.22392a4bfb9c6p-12, 0x1.c324679190d33p-14, 0x1.fe13a543afa28p-16,
    -0x1.251a5ff0102d2p-16, -0x1.3fff1861aa231p-18, 0x1.75005b47cf60ap-19,
    0x1.1612a0da41127p-20, -0x1.efb4e7892bea2p-22, -0x1.0b67ebc63cee6p-22,
    0x1.ec8d1701d138dp-24, 0x1.192dd600a7905p-26, -0x1.55902bd239b36p-27,
};
// 1 / sqrt(2*pi) in two parts.
inline constexpr double densityF32[] = {
    0x1.9884540000000p-2, -0x1.8579360000000p-27,
};
// normal(x) = 1/2 + x*(density + z*P(z)), z = x**2 <= 1. Error 2**-32.71.
inline constexpr double normalF32[] = {
    -0x1.1058380000000p-4, 0x1.46d0640000000p-7, -0x1.3742dc0000000p-10,
    0x1.e43c7c0000000p-14, -0x1.3aa3780000000p-17, 0x1.3111560000000p-21,
};
// t * normal(-t) = exp(-t**2/2) * P((t-m)/(t+m)), t >= 1. Error 2**-24.99.
inline constexpr double normalTailF32[] = {
    0x1.5845dc0000000p-2, 0x1.5d300a0000000p-3, -0x1.35de780000000p-3,
    0x1.0c580c0000000p-5, 0x1.28f8200000000p-6, -0x1.d4d6880000000p-9,
    -0x1.217f180000000p-8, -0x1.479b800000000p-11, 0x1.52024a0000000p-10,
};
inline constexpr double normalMiddleF32 = 0x1.0000000000000p+1; // m
// 1 / sqrt(2*pi) in two parts.
inline constexpr double densityF64[] = {
    0x1.9884533d43651p-2, -0x1.cbc0d30ebfd15p-56,
};
// normal(x) = 1/2 + x*(density + z*P(z)), z = x**2 <= 1. Error 2**-63.93.
inline constexpr double normalF64[] = {
    -0x1.1058377e2cee0p-4, 0x1.46d042976917bp-7, -0x1.37403f6b9eae7p-10,
    0x1.e42b0d510f847p-14, -0x1.3ce8fa9e94f87p-17, 0x1.658a1b7dbf057p-21,
    -0x1.6221b9f2ae11ap-25, 0x1.386af8af466d5p-29, -0x1.ef998b5b29c2dp-34,
    0x1.5b88b859c97a3p-38, -0x1.635077b21fdefp-43,
};
// t * normal(-t) = exp(-t**2/2) * P((t-m)/(t+m)), t >= 1. Error 2**-53.58.
inline constexpr double normalTailF64[] = {
    0x1.69cee6bdcc0e7p-2, 0x1.1784028488c41p-3, -0x1.34f21ea46f6c0p-3,
    0x1.213b55abcd8dep-4, -0x1.d4a35e36abb62p-9, -0x1.272888f847210p-7,
    0x1.dec0b80003c8dp-12, 0x1.b0310d5f974e5p-10, 0x1.c81bb3becbcffp-13,
    -0x1.33a28d9b66262p-12, -0x1.266d006fbb36fp-13, 0x1.405084bca6896p-16,
    0x1.68656155546f1p-15, 0x1.df7fa5a9b5dc4p-17, -0x1.3f7806062505dp-18,
    -0x1.aa5ae510d120ep-18, -0x1.13fffdf9abe92p-19, 0x1.296d2c92c082ap-22,
    0x1.fbbc219552d72p-21, 0x1.30abc2ffddaf3p-20, -0x1.dc8ccb8d14a9bp-23,
    -0x1.78e946c345259p-21, 0x1.1e9123574d264p-22,
};
inline constexpr double normalMiddleF64 = 0x1.4000000000000p+1; // m
// 64 zero bits and the fraction bits of 2/pi.
inline constexpr uint64_t twoOverPi[] = {
    0x0000000000000000,
    0xa2f9836e4e441529,
    0xfc2757d1f534ddc0,
    0xdb6295993c439041,
    0xfe5163abdebbc561,
    0xb7246e3a424dd2e0,
    0x06492eea09d1921c,
    0xfe1deb1cb129a73e,
    0xe88235f52ebb4484,
    0xe99c7026b45f7e41,
    0x3991d639835339f4,
    0x9c845f8bbdf9283b,
    0x1ff897ffde05980f,
    0xef2f118b5a0a6d1f,
    0x6d367ecf27cb09b7,
    0x4f463f669e5fea2d,
    0x7527bac7ebe5f17b,
    0x3d0739f78a5292ea,
    0x6bfb5fb11f8d5d08,
    0x56033046fc7b6bab,
};

} // namespace sinter::tables

#endif // SINTER_CODEGEN_VECTORMATHTABLES_H
