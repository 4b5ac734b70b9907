/**
 * Says what every Ray dashboard must do, as tests: run on the fake cluster here and on the real Ray
 * in the end-to-end tests, so that neither can drift from the other.
 */
@NullMarked
package io.rayauth.contract;

import org.jspecify.annotations.NullMarked;
