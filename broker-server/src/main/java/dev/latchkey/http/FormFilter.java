package dev.latchkey.http;

import dev.latchkey.problem.BrokerException;
import dev.latchkey.problem.ProblemType;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import jakarta.ws.rs.ext.ReaderInterceptor;
import jakarta.ws.rs.ext.ReaderInterceptorContext;
import java.io.IOException;
import java.util.Collection;

/**
 * Limits the number of a form's fields (R140) and refuses a form that cannot be read (R145). Without this, an exception of
 * the framework's form reader would be answered as if the broker had failed.
 */
@Provider
public final class FormFilter implements ReaderInterceptor {

    private static final int MAX_FIELDS = 256;

    @Override
    public Object aroundReadFrom(ReaderInterceptorContext context) throws IOException {
        if (!MediaType.APPLICATION_FORM_URLENCODED_TYPE.isCompatible(context.getMediaType())) {
            return context.proceed();
        }
        Object form = read(context);
        if (form instanceof MultivaluedMap<?, ?> fields
                && fields.values().stream().mapToInt(Collection::size).sum() > MAX_FIELDS) {
            throw new BrokerException(ProblemType.INVALID_REQUEST, "There are more than 256 fields.");
        }
        return form;
    }

    private static Object read(ReaderInterceptorContext context) throws IOException {
        try {
            return context.proceed();
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new BrokerException(ProblemType.INVALID_REQUEST, "The form is not well-formed.", e);
        }
    }
}
