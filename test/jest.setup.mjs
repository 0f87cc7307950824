// @nestjs/throttler 6 is still CommonJS and does require('@nestjs/common') / ('@nestjs/core').
// Jest's require(esm) refuses to require an ES module that is still being linked/evaluated,
// so evaluate the ESM-only Nest packages once, before any test file is linked.
import 'reflect-metadata';
import '@nestjs/common';
import '@nestjs/core';
