-- 女职工占比
-- Women of the people at work on the last day. Whose sex is not known is in neither part.
SELECT unit, period, category,
       COUNT(DISTINCT worker) FILTER (one AND other IS NOT NULL) AS numerator,
       COUNT(DISTINCT worker) FILTER (other AND one IS NOT NULL) AS denominator,
       COUNT(DISTINCT worker) FILTER (one IS NULL OR other IS NULL OR one) - numerator AS undetermined,
       COUNT(DISTINCT worker) AS population,
       100 * numerator / nullif(denominator, 0) AS value
FROM (
    SELECT unit, period, worker, sex = 'female' AS one, TRUE AS other,
           UNNEST(['all', told('age_band', age_band), told('industry', industry),
               told('ownership', ownership)]) AS category
    FROM at_work JOIN periods USING (period)
    JOIN inside USING (period, node)
    WHERE kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;
