-- 劳务派遣用工占比
-- Employments by dispatch, of all employments on the last day. Here employments count, not people: whoever has two
-- counts twice. Where the form is not known the employment is in neither part.
SELECT unit, period, category,
       COUNT(DISTINCT job) FILTER (one AND other IS NOT NULL) AS numerator,
       COUNT(DISTINCT job) FILTER (other AND one IS NOT NULL) AS denominator,
       COUNT(DISTINCT job) FILTER (one IS NULL OR other IS NULL OR one) - numerator AS undetermined,
       COUNT(DISTINCT job) AS population,
       100 * numerator / nullif(denominator, 0) AS value
FROM (
    SELECT unit, period, job, form = 'dispatch' AS one, TRUE AS other,
           UNNEST(['all', told('industry', industry), told('ownership', ownership), told('size', size)]) AS category
    FROM at_work JOIN periods USING (period)
    JOIN inside USING (period, node)
    WHERE kind IN ('quarter', 'year')
)
GROUP BY unit, period, category;
