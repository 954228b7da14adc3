-- 获荣誉人次
-- Honours given in the period.
SELECT unit, period, category, COUNT(DISTINCT id) AS numerator, NULL AS denominator,
       0 AS undetermined, COUNT(DISTINCT id) AS population, numerator AS value
FROM (
    SELECT unit, period, id,
           UNNEST(['all', told('level', level), told('kind', honours.kind), told('sex', sex),
               told('industry', industry)]) AS category
    FROM honours
    JOIN periods ON day BETWEEN first_day AND last_day
    JOIN inside USING (period, node)
)
GROUP BY unit, period, category;
