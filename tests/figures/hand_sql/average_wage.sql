-- 职工月平均工资
-- Mean wage of the employments on the last day, those part-time left out. An employment counts once; where the wage
-- or the form is not known it is in neither part.
SELECT unit, period, category,
       coalesce(SUM(wage) FILTER (counts), 0) AS numerator,
       COUNT(*) FILTER (counts AND wage IS NOT NULL) AS denominator,
       COUNT(*) FILTER (counts IS NULL OR counts AND wage IS NULL) AS undetermined,
       COUNT(*) AS population,
       numerator / nullif(denominator, 0) / 100 AS value
FROM (
    SELECT unit, period, job, wage, form <> 'part_time' AS counts,
           UNNEST(['all', told('sex', sex), told('age_band', age_band), told('grade', grade),
               told('industry', industry), told('ownership', ownership), told('size', size)]) AS category
    FROM at_work
    JOIN inside USING (period, node)
)
GROUP BY unit, period, category;
