import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { ValidateIf, validateSync, type ValidationError } from 'class-validator';
import { type FieldFault, ValidationFailed } from '../shared/errors.js';
import { InvalidParameter } from './http-errors.js';

/** The field may be left out; null is not leaving out. */
export const Optional = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

/**
 * Judges bodies and queries by the class-validator decorators of their class. A fault of a body is a
 * ValidationFailed with JSON pointers (422), one of the query an InvalidParameter (400). Unknown fields of a body are
 * refused, unknown parameters are left out.
 */
@Injectable()
export class DtoValidation implements PipeTransform<unknown, unknown> {
  transform(value: unknown, { type, metatype }: ArgumentMetadata): unknown {
    if (!metatype || (type !== 'body' && type !== 'query') || BUILT_IN.has(metatype)) return value;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      const detail = 'The body must be a JSON object.';
      throw new ValidationFailed([
        { pointer: '', code: value === undefined ? 'missing' : 'wrong-type', detail },
      ]);
    }
    // class-validator takes names that all objects have for known fields, and `constructor` for the class to judge by.
    const dto = new metatype() as Record<string, unknown>;
    const unknown: string[] = [];
    for (const [name, field] of Object.entries(value)) {
      if (name in Object.prototype) unknown.push(name);
      else dto[name] = field;
    }
    const isBody = type === 'body';
    const errors = validateSync(dto, isBody ? OF_BODIES : OF_QUERIES);
    if (isBody && errors.length + unknown.length > 0) {
      const faults = [...errors.map(faultOf), ...unknown.map(unknownField)];
      throw new ValidationFailed(faults.slice(0, MOST_FAULTS));
    }
    const [first] = errors;
    if (first) throw invalidParameter(first);
    return dto;
  }
}

/** So that an answer is not many times as long as the body that it judges. */
const MOST_FAULTS = 50;
const OF_QUERIES = { whitelist: true, forbidUnknownValues: true };
const OF_BODIES = { ...OF_QUERIES, forbidNonWhitelisted: true };

const BUILT_IN = new Set<unknown>([String, Boolean, Number, Array, Object]);

const CODES: Readonly<Record<string, string>> = {
  isString: 'wrong-type',
  isIn: 'not-allowed',
  isUuid: 'malformed',
  isUUID: 'malformed',
  matches: 'malformed',
  isLength: 'wrong-length',
  minLength: 'too-short',
  maxLength: 'too-long',
};

function faultOf({ property, constraints = {}, value }: ValidationError): FieldFault {
  const [rule, message] = brokenRule(constraints);
  if (rule === 'whitelistValidation') return unknownField(property);
  const pointer = pointerTo(property);
  if (value === undefined) return { pointer, code: 'missing', detail: 'This field is needed.' };
  return { pointer, code: CODES[rule] ?? 'malformed', detail: `${message.replace(`${property} `, 'It ')}.` };
}

/** Of several the one on the type: the others mean nothing for a value of another. */
function brokenRule(constraints: Readonly<Record<string, string>>): [rule: string, message: string] {
  const rules = Object.entries(constraints);
  return rules.find(([rule]) => CODES[rule] === 'wrong-type') ?? rules[0] ?? ['', 'is not good'];
}

function unknownField(name: string): FieldFault {
  return { pointer: pointerTo(name), code: 'unknown-field', detail: 'There is no such field.' };
}

/** RFC 6901, section 3. */
function pointerTo(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function invalidParameter({ property, constraints = {}, value }: ValidationError): InvalidParameter {
  if (value === undefined) return new InvalidParameter(property, 'is needed.');
  if (Array.isArray(value)) return new InvalidParameter(property, 'must be given once.');
  const [, message] = brokenRule(constraints);
  return new InvalidParameter(property, `${message.replace(`${property} `, '')}.`);
}
