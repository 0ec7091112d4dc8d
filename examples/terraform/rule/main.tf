# The rule that sends the events of vended accounts to the queue of ../queue. Apply it in the management account: for Control Tower in
# its home Region, for Organizations in us-east-1.
terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

variable "queue_arn" {
  description = "The queue of ../queue, in the same Region"
  type        = string
}

variable "vended_by" {
  description = "Who tells of a vended account: ControlTower, or Organizations where there is no Control Tower"
  type        = string
  default     = "ControlTower"
  validation {
    condition     = contains(["ControlTower", "Organizations"], var.vended_by)
    error_message = "It is ControlTower or Organizations."
  }
}

variable "alarm_topic_arn" {
  description = "The topic of SNS that hears of alarms"
  type        = string
  default     = null
}

data "aws_caller_identity" "current" {}

data "aws_region" "current" {}

locals {
  patterns = {
    ControlTower = {
      source = ["aws.controltower"]
      detail = { eventName = ["CreateManagedAccount", "UpdateManagedAccount"] }
    }
    Organizations = {
      source = ["aws.organizations"]
      detail = { eventName = ["CreateAccountResult", "CloseAccount", "RemoveAccountFromOrganization"] }
    }
  }
}

resource "aws_cloudwatch_event_rule" "events" {
  name          = "identity-center-events"
  description   = "Accounts that were vended, or that leave"
  event_pattern = jsonencode(local.patterns[var.vended_by])
}

resource "aws_cloudwatch_event_target" "queue" {
  rule      = aws_cloudwatch_event_rule.events.name
  target_id = "identity-center"
  arn       = var.queue_arn
  role_arn  = aws_iam_role.events.arn
  # EventBridge tries for a day; then somebody has to look.
  dead_letter_config {
    arn = aws_sqs_queue.undelivered.arn
  }
}

data "aws_iam_policy_document" "trust" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
    condition {
      test     = "StringEquals"
      variable = "aws:SourceAccount"
      values   = [data.aws_caller_identity.current.account_id]
    }
  }
}

data "aws_iam_policy_document" "send" {
  statement {
    actions   = ["sqs:SendMessage"]
    resources = [var.queue_arn]
  }
}

# IAM is one for all Regions; ../queue lets the role of its own Region in.
resource "aws_iam_role" "events" {
  name               = "identity-center-events-${data.aws_region.current.region}"
  assume_role_policy = data.aws_iam_policy_document.trust.json
}

resource "aws_iam_role_policy" "send" {
  name   = "send"
  role   = aws_iam_role.events.id
  policy = data.aws_iam_policy_document.send.json
}

resource "aws_sqs_queue" "undelivered" {
  name                      = "identity-center-undelivered"
  sqs_managed_sse_enabled   = true
  message_retention_seconds = 1209600
}

data "aws_iam_policy_document" "undelivered" {
  statement {
    sid       = "WhatTheRuleCouldNotDeliver"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.undelivered.arn]
    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }
    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [aws_cloudwatch_event_rule.events.arn]
    }
  }
  statement {
    sid       = "EncryptedOnTheWay"
    effect    = "Deny"
    actions   = ["sqs:*"]
    resources = [aws_sqs_queue.undelivered.arn]
    principals {
      type        = "*"
      identifiers = ["*"]
    }
    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_sqs_queue_policy" "undelivered" {
  queue_url = aws_sqs_queue.undelivered.id
  policy    = data.aws_iam_policy_document.undelivered.json
}

resource "aws_cloudwatch_metric_alarm" "undelivered" {
  alarm_name          = "identity-center-undelivered"
  alarm_description   = "Events of accounts could not be sent to the queue of the workers, and wait in identity-center-undelivered: the attribute ERROR_MESSAGE of each says why. Mostly that queue, or its policy, is not as ../queue makes it."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.undelivered.name }
  statistic           = "Maximum"
  period              = 300
  evaluation_periods  = 1
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  treat_missing_data  = "notBreaching"
  alarm_actions       = var.alarm_topic_arn == null ? [] : [var.alarm_topic_arn]
}
