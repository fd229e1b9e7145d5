package dev.latchkey.vault;

import jakarta.interceptor.InterceptorBinding;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a transaction that uses the secret store, or that waits for a lock which such a transaction holds. On the local
 * store only a few of them run at a time, see {@link StoreTurns}. A marked transaction never calls another one.
 */
@InterceptorBinding
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface InTurn {}
