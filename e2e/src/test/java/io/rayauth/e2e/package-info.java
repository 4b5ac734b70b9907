/**
 * Asks a real Ray what the contract suite asks of the fake one.
 *
 * <p>The heads are started by {@code e2e/ray/head.py}, one for each mode and run, and end with it.
 */
@NullMarked
package io.rayauth.e2e;

import org.jspecify.annotations.NullMarked;
