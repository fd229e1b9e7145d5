package dev.latchkey.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Optional;

/**
 * Some rows, newest first.
 *
 * @param items the rows
 * @param next what to give as {@code after} to get older ones; absent if there are none
 */
@JsonInclude(JsonInclude.Include.NON_ABSENT)
record AuditPage(List<AuditRow> items, Optional<String> next) {}
