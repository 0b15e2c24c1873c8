package io.narthex.pipeline.testkit;

import io.narthex.pipeline.storage.MemoryStore;

/** A store for tests: the obvious maps. */
public final class InMemoryStore extends MemoryStore {}
