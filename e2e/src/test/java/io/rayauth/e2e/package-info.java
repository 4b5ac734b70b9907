/**
 * Asks a real Ray what the contract suite asks of the fake one.
 *
 * <p>The heads are started by {@code e2e/ray/head.py}, one for each mode and run, and end with it.
 * So does a Kubernetes of real parts, which {@code e2e/kube/stack.py} starts for all tests of a
 * run.
 */
@NullMarked
package io.rayauth.e2e;

import org.jspecify.annotations.NullMarked;
