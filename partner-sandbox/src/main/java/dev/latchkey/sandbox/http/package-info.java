/** What one request and one answer are, read strictly; knows no partner and no protocol. */
@NullMarked
package dev.latchkey.sandbox.http;

import org.jspecify.annotations.NullMarked;
