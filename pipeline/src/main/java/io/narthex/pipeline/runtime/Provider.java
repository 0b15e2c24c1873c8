package io.narthex.pipeline.runtime;

import java.io.Serializable;

/**
 * A serializable way to something that is not: an operator carries the provider and asks it when it
 * opens. Embedded jobs use {@link InProcess}; a cluster job opens what it needs itself.
 */
@FunctionalInterface
public interface Provider<T> extends Serializable {
  T get();
}
