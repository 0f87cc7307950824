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
    const dto = Object.assign(new metatype() as object, value);
    const whitelist = { whitelist: true, forbidNonWhitelisted: type === 'body' };
    const errors = validateSync(dto, { ...whitelist, forbidUnknownValues: true, stopAtFirstError: true });
    if (errors.length === 0) return dto;
    if (type === 'body') throw new ValidationFailed(errors.map(faultOf));
    const [first] = errors;
    throw new InvalidParameter(first?.property ?? '', first ? faultOf(first).detail : '');
  }
}

const BUILT_IN = new Set<unknown>([String, Boolean, Number, Array, Object]);

const CODES: Readonly<Record<string, string>> = {
  whitelistValidation: 'unknown-field',
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
  const pointer = `/${property.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  const [rule = '', message = ''] = Object.entries(constraints)[0] ?? [];
  if (rule === 'whitelistValidation')
    return { pointer, code: 'unknown-field', detail: 'There is no such field.' };
  if (value === undefined) return { pointer, code: 'missing', detail: 'This field is needed.' };
  return { pointer, code: CODES[rule] ?? 'malformed', detail: `${message.replace(`${property} `, 'It ')}.` };
}
