/**
 * The clusters of a kubeconfig, for the start page. Needs {@code ray-auth-client-kubernetes}, which
 * a program that opens one dashboard by its address does without.
 */
@NullMarked
package io.rayauth.proxy.kubernetes;

import org.jspecify.annotations.NullMarked;
