package io.narthex.operators.template.language;

/** Where there is no value. */
public enum Absent {
  /** What has no value, such as a field of nothing; Go's invalid value and its nil. */
  NO_VALUE,
  /** Stands where a command has no predecessor in its pipeline. */
  NOT_GIVEN
}
