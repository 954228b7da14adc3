-- 在册企业数
-- Enterprises that exist on the last day.
SELECT unit, period, category, COUNT(DISTINCT node) AS numerator, NULL AS denominator,
       0 AS undetermined, COUNT(DISTINCT node) AS population, numerator AS value
FROM (
    SELECT unit, period, node,
           UNNEST(['all', told('industry', industry), told('ownership', ownership), told('size', size)]) AS category
    FROM on_register JOIN periods USING (period)
    JOIN inside USING (period, node)
    WHERE kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;
