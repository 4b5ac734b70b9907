package io.rayauth.job;

/** placeholder */
public record JobId(String value) {}
