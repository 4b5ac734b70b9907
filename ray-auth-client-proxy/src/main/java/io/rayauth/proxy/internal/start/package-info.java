/**
 * The start page over several clusters: asks the places where dashboards may be, and opens what a
 * person chooses. Knows nothing of Kubernetes and of who may ask.
 */
@NullMarked
package io.rayauth.proxy.internal.start;

import org.jspecify.annotations.NullMarked;
