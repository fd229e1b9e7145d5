package dev.latchkey.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.LogicalType;
import io.quarkus.jackson.ObjectMapperCustomizer;
import jakarta.inject.Singleton;
import java.util.List;

/**
 * How JSON is read and written (R145): one meaning a document or none, nothing converted, nothing ignored, bounds on
 * depth and length. Names are snake_case, absent values are left out.
 */
@Singleton
final class StrictJson implements ObjectMapperCustomizer {

    private static final StreamReadConstraints BOUNDS = StreamReadConstraints.builder()
            .maxNestingDepth(50)
            .maxNumberLength(100)
            .maxStringLength(64 * 1024)
            .maxNameLength(1024)
            .maxDocumentLength(10L * 1024 * 1024)
            .build();

    private static final List<CoercionInputShape> SCALARS = List.of(
            CoercionInputShape.Boolean,
            CoercionInputShape.Integer,
            CoercionInputShape.Float,
            CoercionInputShape.String,
            CoercionInputShape.EmptyString,
            CoercionInputShape.EmptyArray,
            CoercionInputShape.EmptyObject);

    @Override
    public void customize(ObjectMapper mapper) {
        read(mapper.getFactory());
        mapper.setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE);
        mapper.setDefaultPropertyInclusion(JsonInclude.Include.NON_ABSENT);
        mapper.configure(MapperFeature.ALLOW_COERCION_OF_SCALARS, false);
        mapper.enable(
                DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS,
                DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY);
        mapper.disable(
                DeserializationFeature.ACCEPT_FLOAT_AS_INT,
                DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_AS_NULL,
                DeserializationFeature.READ_UNKNOWN_ENUM_VALUES_USING_DEFAULT_VALUE,
                DeserializationFeature.ACCEPT_SINGLE_VALUE_AS_ARRAY,
                DeserializationFeature.UNWRAP_SINGLE_VALUE_ARRAYS);
        mapper.disable(
                SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS);
        refuseCoercion(mapper);
        mapper.registerModule(new SimpleModule("latchkey-strict-text")
                .addDeserializer(String.class, new StrictTextDeserializer())
                .addKeyDeserializer(String.class, new StrictTextDeserializer.Keys()));
    }

    private static void read(JsonFactory factory) {
        factory.setStreamReadConstraints(BOUNDS);
        factory.configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature(), true);
        factory.configure(StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION.mappedFeature(), false);
        // RFC 8259 section 8.1: UTF-8; no guessing of UTF-16 and UTF-32 from the first bytes.
        factory.configure(JsonFactory.Feature.CHARSET_DETECTION, false);
        factory.configure(JsonParser.Feature.ALLOW_COMMENTS, false);
    }

    private static void refuseCoercion(ObjectMapper mapper) {
        SCALARS.forEach(shape -> {
            mapper.coercionConfigDefaults().setCoercion(shape, CoercionAction.Fail);
        });
        // Text is what these are written as, not a conversion.
        for (LogicalType type : List.of(LogicalType.Enum, LogicalType.DateTime, LogicalType.OtherScalar)) {
            mapper.coercionConfigFor(type).setCoercion(CoercionInputShape.String, CoercionAction.TryConvert);
        }
        for (CoercionInputShape shape :
                List.of(CoercionInputShape.Boolean, CoercionInputShape.Integer, CoercionInputShape.Float)) {
            mapper.coercionConfigFor(LogicalType.Textual).setCoercion(shape, CoercionAction.Fail);
        }
    }
}
