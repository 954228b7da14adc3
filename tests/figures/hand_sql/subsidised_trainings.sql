-- 补贴性培训人次
-- Subsidised trainings in the period; of some it is not known.
SELECT unit, period, category, COUNT(DISTINCT id) FILTER (counts) AS numerator, NULL AS denominator,
       COUNT(DISTINCT id) FILTER (counts IS NOT FALSE) - numerator AS undetermined,
       COUNT(DISTINCT id) AS population, numerator AS value
FROM (
    SELECT unit, period, id, is_subsidised AS counts,
           UNNEST(['all', told('kind', trainings.kind), told('sex', sex), told('industry', industry)]) AS category
    FROM trainings
    JOIN periods ON day BETWEEN first_day AND last_day
    JOIN inside USING (period, node)
    WHERE periods.kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;
